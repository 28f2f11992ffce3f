"""The waiting list, and the text messages that were sent and received."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import RowMapping, Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models.booking import texts, waiting_list
from db.repositories.calls import upsert
from receptionist.ports.follow_up import TextRecord, Waiting

FINAL = ("delivered", "read", "undelivered", "failed", "canceled")
"""What a text's status does not change from."""


class SqlWaitingList:
    """Fulfil `WaitingList`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, waiting: Waiting) -> Waiting:
        """Insert, or give the one made under the same idempotency key."""
        values = asdict(waiting) | {"id": waiting.id or uuid4().hex}
        statement = upsert(self._connection, waiting_list).values(values)
        await self._connection.execute(
            statement.on_conflict_do_nothing(index_elements=["idempotency_key"])
        )
        condition = waiting_list.c.id == values["id"]
        if waiting.idempotency_key is not None:
            condition = waiting_list.c.idempotency_key == waiting.idempotency_key
        result = await self._connection.execute(select(waiting_list).where(condition))
        return Waiting(**result.mappings().one())

    async def get(self, waiting_id: str) -> Waiting | None:
        """By id."""
        result = await self._connection.execute(
            select(waiting_list).where(waiting_list.c.id == waiting_id)
        )
        row = result.mappings().one_or_none()
        return None if row is None else Waiting(**row)

    async def open(self, practice_id: int) -> Sequence[Waiting]:
        """Those still waiting or offered something, longest first."""
        result = await self._connection.execute(
            select(waiting_list)
            .where(waiting_list.c.practice_id == practice_id)
            .where(waiting_list.c.status.in_(("waiting", "offered")))
            .order_by(waiting_list.c.created_at, waiting_list.c.id)
        )
        return [Waiting(**row) for row in result.mappings()]

    async def of_phone(self, phone: str) -> Sequence[Waiting]:
        """Those with that number that were offered something, newest offer first."""
        result = await self._connection.execute(
            select(waiting_list)
            .where(waiting_list.c.phone == phone, waiting_list.c.status == "offered")
            .order_by(waiting_list.c.offered_until.desc())
        )
        return [Waiting(**row) for row in result.mappings()]

    async def update(self, waiting: Waiting) -> None:
        """By id."""
        await self._connection.execute(
            update(waiting_list).where(waiting_list.c.id == waiting.id).values(asdict(waiting))
        )


class SqlTexts:
    """Fulfil `Texts`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, text: TextRecord) -> bool:
        """False when the key is known."""
        statement = upsert(self._connection, texts).values(asdict(text))
        result = await self._connection.execute(
            statement.on_conflict_do_nothing(index_elements=["key"]).returning(texts.c.id)
        )
        return result.scalar_one_or_none() is not None

    async def get(self, key: str) -> TextRecord | None:
        """By key."""
        return await self._first(select(texts).where(texts.c.key == key))

    async def latest(self, practice_id: int, phone: str, kinds: Sequence[str]) -> TextRecord | None:
        """The newest one of those kinds, to or from that number."""
        return await self._first(
            select(texts)
            .where(texts.c.practice_id == practice_id, texts.c.phone == phone)
            .where(texts.c.kind.in_(kinds))
            .order_by(texts.c.at.desc(), texts.c.id.desc())
            .limit(1)
        )

    async def set_status(self, sid: str, status: str) -> TextRecord | None:
        """Note how far it got; callbacks come in any order, and the last word stays."""
        is_open = texts.c.status.is_(None) | texts.c.status.not_in(FINAL)
        result = await self._connection.execute(
            update(texts).where(texts.c.sid == sid, is_open).values(status=status).returning(texts)
        )
        row = result.mappings().one_or_none()
        return None if row is None else _text(row)

    async def count_since(
        self, practice_id: int, since: datetime, *, phone: str | None = None
    ) -> int:
        """Texts sent for a practice since then, all or to one phone."""
        statement = (
            select(func.count())
            .select_from(texts)
            .where(texts.c.practice_id == practice_id, texts.c.direction == "out")
            .where(texts.c.at >= since)
        )
        if phone is not None:
            statement = statement.where(texts.c.phone == phone)
        found = await self._connection.scalar(statement)
        return int(found or 0)

    async def _first(self, statement: Select[Any]) -> TextRecord | None:
        row = (await self._connection.execute(statement)).mappings().one_or_none()
        return None if row is None else _text(row)


def _text(row: RowMapping) -> TextRecord:
    return TextRecord(**{name: value for name, value in row.items() if name != "id"})
