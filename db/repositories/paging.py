"""Lists newest first, by keyset: a row that arrives meanwhile moves no page."""

import base64
import binascii
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, RowMapping, Select, and_, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from receptionist.errors import InvalidArguments
from receptionist.ports.paging import ListQuery, Page

Row = TypeVar("Row")
NOT_A_CURSOR = "after: expected the `next` of an earlier page"


async def page_of(
    connection: AsyncConnection,
    select: Select[Any],
    query: ListQuery,
    *,
    at: ColumnElement[datetime],
    key: ColumnElement[Any],
    make: Callable[[RowMapping], Row],
    filtered: ColumnElement[datetime] | None = None,
) -> Page[Row]:
    """One page, in the order of `at`; the query's times are about `filtered`, or `at`.

    Raises `InvalidArguments` for a cursor that is not of this list.
    """
    wanted = at if filtered is None else filtered
    if query.from_at is not None:
        select = select.where(wanted >= query.from_at)
    if query.to_at is not None:
        select = select.where(wanted < query.to_at)
    if query.after is not None:
        moment, last = read_cursor(query.after, key.type.python_type)
        # The first condition says nothing new, but an index can begin there.
        select = select.where(at <= moment, or_(at < moment, and_(at == moment, key < last)))
    select = select.order_by(at.desc(), key.desc()).limit(query.limit + 1)
    rows = (await connection.execute(select)).mappings().all()
    following = None
    if len(rows) > query.limit:
        rows = rows[: query.limit]
        following = encode_cursor(rows[-1][at.key or ""], rows[-1][key.key or ""])
    return Page([make(row) for row in rows], following)


def encode_cursor(at: datetime, key: Any) -> str:
    """What `read_cursor` reads again."""
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), key]).encode()).decode()


def read_cursor(text: str, key_type: type[Any]) -> tuple[datetime, Any]:
    """Raises `InvalidArguments` for what is no cursor with such a key."""
    try:
        at, key = json.loads(base64.urlsafe_b64decode(text.encode()))
        moment = datetime.fromisoformat(at).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError) as exc:
        raise InvalidArguments(NOT_A_CURSOR) from exc
    if type(key) is not key_type or not _can_be_stored(key):
        raise InvalidArguments(NOT_A_CURSOR)
    return moment, key


def _can_be_stored(key: Any) -> bool:
    if isinstance(key, list):
        return all(map(_can_be_stored, key))
    return 0 <= key < 2**31 if isinstance(key, int) else "\0" not in str(key)
