"""Lists newest first, by keyset: a row that arrives meanwhile moves no page."""

import base64
import binascii
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, RowMapping, Select, and_, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from receptionist.errors import InvalidArguments
from receptionist.ports.records import ListQuery, Page

Row = TypeVar("Row")


async def page_of(
    connection: AsyncConnection,
    select: Select[Any],
    query: ListQuery,
    *,
    at: ColumnElement[datetime],
    key: ColumnElement[Any],
    make: Callable[[RowMapping], Row],
) -> Page[Row]:
    """One page. Raises `InvalidArguments` for a cursor that is not ours."""
    if query.from_at is not None:
        select = select.where(at >= query.from_at)
    if query.to_at is not None:
        select = select.where(at < query.to_at)
    if query.after is not None:
        moment, last = _read_cursor(query.after)
        select = select.where(or_(at < moment, and_(at == moment, key < last)))
    select = select.order_by(at.desc(), key.desc()).limit(query.limit + 1)
    rows = (await connection.execute(select)).mappings().all()
    following = None
    if len(rows) > query.limit:
        rows = rows[: query.limit]
        following = _cursor(rows[-1][at.key or ""], rows[-1][key.key or ""])
    return Page([make(row) for row in rows], following)


def _cursor(at: datetime, key: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), key]).encode()).decode()


def _read_cursor(text: str) -> tuple[datetime, Any]:
    try:
        at, key = json.loads(base64.urlsafe_b64decode(text.encode()))
        moment = datetime.fromisoformat(at)
    except (ValueError, TypeError, binascii.Error) as exc:
        raise InvalidArguments("after: expected the `next` of an earlier page") from exc
    if moment.tzinfo is None or not isinstance(key, int | str):
        raise InvalidArguments("after: expected the `next` of an earlier page")
    return moment, key
