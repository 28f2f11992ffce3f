"""Calls that went out on a practice's account."""

from datetime import datetime

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models.calls import outgoing_calls

SPENDING_LOCK = 7_265_002


class SqlOutgoingCalls:
    """Fulfil `OutgoingCalls`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def take(
        self, key: str, practice_id: int, at: datetime, *, since: datetime, most: int
    ) -> bool:
        """Counted and noted with nobody in between: of two that want the last, one has it."""
        if self._connection.dialect.name == "postgresql":
            lock = f"SELECT pg_advisory_xact_lock({SPENDING_LOCK}, {practice_id:d})"
            await self._connection.execute(text(lock))
        known = select(outgoing_calls.c.key).where(outgoing_calls.c.key == key)
        if await self._connection.scalar(known) is not None:
            return True
        spent = await self._connection.scalar(
            select(func.count())
            .select_from(outgoing_calls)
            .where(outgoing_calls.c.practice_id == practice_id, outgoing_calls.c.at >= since)
        )
        if int(spent or 0) >= most:
            return False
        await self._connection.execute(
            insert(outgoing_calls).values(key=key, practice_id=practice_id, at=at)
        )
        return True

    async def forget(self, before: datetime) -> None:
        """Remove what is too old to count."""
        await self._connection.execute(delete(outgoing_calls).where(outgoing_calls.c.at < before))
