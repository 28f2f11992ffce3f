"""Work to be done, with leases: whoever dies with a row lets it go when its lease runs out."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models.booking import outbox
from db.repositories.calls import upsert
from receptionist.ports.follow_up import OutboxRow


class SqlOutbox:
    """Fulfil `Outbox`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(
        self, kind: str, key: str, payload: Mapping[str, Any], *, run_at: datetime | None = None
    ) -> bool:
        """False when the key is known."""
        now = datetime.now(UTC)
        statement = upsert(self._connection, outbox).values(
            kind=kind,
            key=key,
            payload=dict(payload),
            status="waiting",
            run_at=run_at or now,
            attempts=0,
            created_at=now,
        )
        result = await self._connection.execute(
            statement.on_conflict_do_nothing(index_elements=["key"]).returning(outbox.c.id)
        )
        return result.scalar_one_or_none() is not None

    async def claim(
        self, kinds: Sequence[str], now: datetime, lease_until: datetime, limit: int
    ) -> Sequence[OutboxRow]:
        """Due rows of these kinds, and those whose lease has run out."""
        due = and_(outbox.c.status == "waiting", outbox.c.run_at <= now)
        chosen = and_(outbox.c.kind.in_(kinds), or_(due, _let_go(now)))
        return await self._lease(chosen, lease_until, limit)

    async def claim_key(self, key: str, now: datetime, lease_until: datetime) -> OutboxRow | None:
        """That row, due or not, unless it is done or somebody has it."""
        free = or_(outbox.c.status == "waiting", _let_go(now))
        rows = await self._lease(and_(outbox.c.key == key, free), lease_until, 1)
        return rows[0] if rows else None

    async def finish(self, row_id: int, now: datetime) -> None:
        """It is done."""
        await self._set(row_id, status="done", finished_at=now, lease_until=None, error=None)

    async def retry(self, row_id: int, run_at: datetime, error: str) -> None:
        """Again then."""
        await self._set(
            row_id, status="waiting", run_at=run_at, lease_until=None, error=error[:100]
        )

    async def bury(self, row_id: int, error: str, now: datetime) -> None:
        """It cannot be done; staff see it."""
        await self._set(row_id, status="dead", finished_at=now, lease_until=None, error=error[:100])

    async def revive(self, row_id: int, now: datetime) -> bool:
        """Let a dead row be tried again."""
        result = await self._connection.execute(
            update(outbox)
            .where(outbox.c.id == row_id, outbox.c.status == "dead")
            .values(status="waiting", run_at=now, attempts=0, finished_at=None)
            .returning(outbox.c.id)
        )
        return result.scalar_one_or_none() is not None

    async def withdraw(self, key: str, now: datetime) -> bool:
        """It is not needed any more."""
        result = await self._connection.execute(
            update(outbox)
            .where(outbox.c.key == key, outbox.c.status == "waiting")
            .values(status="done", finished_at=now)
            .returning(outbox.c.id)
        )
        return result.scalar_one_or_none() is not None

    async def again(self, key: str) -> None:
        """Let a row that is done be done once more."""
        await self._connection.execute(
            update(outbox)
            .where(outbox.c.key == key, outbox.c.status == "done")
            .values(status="waiting", attempts=0, finished_at=None)
        )

    async def get(self, key: str) -> OutboxRow | None:
        """By key."""
        result = await self._connection.execute(select(outbox).where(outbox.c.key == key))
        row = result.mappings().one_or_none()
        return None if row is None else _row(row)

    async def unfinished(self, limit: int = 200, *, kind: str | None = None) -> Sequence[OutboxRow]:
        """Waiting, leased and dead ones, oldest first."""
        open_ones = select(outbox).where(outbox.c.status != "done")
        if kind is not None:
            open_ones = open_ones.where(outbox.c.kind == kind)
        result = await self._connection.execute(open_ones.order_by(outbox.c.id).limit(limit))
        return [_row(row) for row in result.mappings()]

    async def stuck(self, attempts: int, limit: int) -> Sequence[OutboxRow]:
        """Dead ones, and those that have failed so often, newest first."""
        tried = and_(outbox.c.status.in_(("waiting", "leased")), outbox.c.error.is_not(None))
        result = await self._connection.execute(
            select(outbox)
            .where(or_(outbox.c.status == "dead", and_(tried, outbox.c.attempts >= attempts)))
            .order_by(outbox.c.id.desc())
            .limit(limit)
        )
        return [_row(row) for row in result.mappings()]

    async def forget_done(self, before: datetime) -> int:
        """How many rows."""
        result = await self._connection.execute(
            delete(outbox)
            .where(outbox.c.status == "done", outbox.c.finished_at < before)
            .returning(outbox.c.id)
        )
        return len(result.all())

    async def _lease(
        self, condition: ColumnElement[bool], lease_until: datetime, limit: int
    ) -> Sequence[OutboxRow]:
        # SKIP LOCKED: processes that ask at the same moment each get rows of their own.
        chosen = (
            select(outbox.c.id)
            .where(condition)
            .order_by(outbox.c.run_at, outbox.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        result = await self._connection.execute(
            update(outbox)
            .where(outbox.c.id.in_(chosen))
            .values(status="leased", lease_until=lease_until, attempts=outbox.c.attempts + 1)
            .returning(outbox)
        )
        return [_row(row) for row in result.mappings()]

    async def _set(self, row_id: int, **values: Any) -> None:
        await self._connection.execute(update(outbox).where(outbox.c.id == row_id).values(**values))


def _let_go(now: datetime) -> ColumnElement[bool]:
    return and_(outbox.c.status == "leased", outbox.c.lease_until <= now)


def _row(row: RowMapping) -> OutboxRow:
    return OutboxRow(
        id=row["id"],
        kind=row["kind"],
        key=row["key"],
        payload=row["payload"],
        attempts=row["attempts"],
        run_at=row["run_at"],
        status=row["status"],
        error=row["error"],
    )
