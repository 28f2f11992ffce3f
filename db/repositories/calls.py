"""Calls, their turns and their actions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Table, case, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import actions, callers, calls, turns
from db.repositories.paging import page_of
from receptionist.ports.records import (
    ActionRecord,
    CallRecord,
    EndedBy,
    ListQuery,
    Page,
    TurnRecord,
)

# What a call came to, weakest first: a later weaker outcome does not replace a stronger one.
OUTCOMES = (
    "abandoned",
    "answered",
    "refused",
    "message",
    "transferred",
    "cancelled",
    "moved",
    "booked",
    "emergency",
)


def upsert(connection: AsyncConnection, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT, of the engine at hand."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


class SqlCalls:
    """Fulfil `Calls`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, call: CallRecord) -> bool:
        """False when the SID is already there (a retried webhook)."""
        values = {
            "call_sid": call.call_sid,
            "practice_id": call.practice_id,
            "from_number": call.from_number,
            "to_number": call.to_number,
            "channel": call.channel,
            "started_at": call.started_at,
            "state": dict(call.state),
        }
        statement = upsert(self._connection, calls).values(values)
        result = await self._connection.execute(
            statement.on_conflict_do_nothing(index_elements=["call_sid"]).returning(calls.c.id)
        )
        is_new = result.scalar_one_or_none() is not None
        if is_new and call.practice_id is not None and call.from_number is not None:
            await self._count_caller(call.practice_id, call.from_number, call.started_at)
        return is_new

    async def get(self, call_sid: str) -> CallRecord | None:
        """By SID."""
        result = await self._connection.execute(select(calls).where(calls.c.call_sid == call_sid))
        row = result.mappings().one_or_none()
        return None if row is None else _call(row)

    async def set_state(self, call_sid: str, state: Mapping[str, Any]) -> None:
        """What another process needs to go on."""
        await self._update(call_sid, state=dict(state))

    async def set_outcome(self, call_sid: str, outcome: str) -> None:
        """Keep the most telling outcome."""
        weaker = OUTCOMES[: OUTCOMES.index(outcome)]
        await self._connection.execute(
            update(calls)
            .where(calls.c.call_sid == call_sid)
            .where(calls.c.outcome.is_(None) | calls.c.outcome.in_(weaker))
            .values(outcome=outcome)
        )

    async def end(self, call_sid: str, ended_by: EndedBy, at: datetime) -> None:
        """Record the end. The first reason stands, except that any replaces `lost`."""
        is_open = calls.c.ended_by.is_(None)
        replaceable = is_open | (calls.c.ended_by == "lost")
        await self._connection.execute(
            update(calls)
            .where(calls.c.call_sid == call_sid, replaceable)
            .values(ended_by=ended_by, ended_at=case((is_open, at), else_=calls.c.ended_at))
        )

    async def list(self, query: ListQuery) -> Page[CallRecord]:
        """Newest first."""
        return await page_of(
            self._connection,
            select(calls),
            query,
            at=calls.c.started_at,
            key=calls.c.id,
            make=_call,
        )

    async def open_calls(self) -> Sequence[CallRecord]:
        """Those without an end."""
        result = await self._connection.execute(select(calls).where(calls.c.ended_by.is_(None)))
        return [_call(row) for row in result.mappings()]

    async def _update(self, call_sid: str, **values: Any) -> None:
        await self._connection.execute(
            update(calls).where(calls.c.call_sid == call_sid).values(values)
        )

    async def _count_caller(self, practice_id: int, phone: str, at: datetime) -> None:
        statement = upsert(self._connection, callers).values(
            practice_id=practice_id, phone=phone, first_call_at=at, last_call_at=at, calls=1
        )
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["practice_id", "phone"],
                set_={"last_call_at": at, "calls": callers.c.calls + 1},
            )
        )


def _call(row: RowMapping) -> CallRecord:
    return CallRecord(
        call_sid=row["call_sid"],
        practice_id=row["practice_id"],
        from_number=row["from_number"],
        to_number=row["to_number"],
        started_at=row["started_at"],
        channel=row["channel"],
        ended_at=row["ended_at"],
        outcome=row["outcome"],
        ended_by=row["ended_by"],
        state=row["state"],
    )


class SqlTurns:
    """Fulfil `Turns`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def save(self, rows: Sequence[TurnRecord]) -> None:
        """Insert or replace by (call_sid, number)."""
        for turn in rows:
            values = {name: getattr(turn, name) for name in turns.c.keys()}  # noqa: SIM118
            statement = upsert(self._connection, turns).values(values)
            await self._connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["call_sid", "number"],
                    set_={
                        name: values[name] for name in values if name not in ("call_sid", "number")
                    },
                )
            )

    async def of_call(self, call_sid: str) -> Sequence[TurnRecord]:
        """In their order."""
        result = await self._connection.execute(
            select(turns).where(turns.c.call_sid == call_sid).order_by(turns.c.number)
        )
        return [TurnRecord(**row) for row in result.mappings()]


class SqlActions:
    """Fulfil `Actions`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def save(self, rows: Sequence[ActionRecord]) -> None:
        """Insert; one that is already there stays."""
        for action in rows:
            statement = upsert(self._connection, actions).values(
                call_sid=action.call_sid,
                tool_call_id=action.tool_call_id,
                name=action.name,
                arguments=dict(action.arguments),
                result=dict(action.result),
                at=action.at,
            )
            await self._connection.execute(
                statement.on_conflict_do_nothing(index_elements=["call_sid", "tool_call_id"])
            )

    async def get(self, call_sid: str, tool_call_id: str) -> ActionRecord | None:
        """By the ids that make it unique."""
        result = await self._connection.execute(
            select(actions).where(
                actions.c.call_sid == call_sid, actions.c.tool_call_id == tool_call_id
            )
        )
        row = result.mappings().one_or_none()
        return None if row is None else _action(row)

    async def of_call(self, call_sid: str) -> Sequence[ActionRecord]:
        """In their order."""
        result = await self._connection.execute(
            select(actions).where(actions.c.call_sid == call_sid).order_by(actions.c.id)
        )
        return [_action(row) for row in result.mappings()]


def _action(row: RowMapping) -> ActionRecord:
    return ActionRecord(
        call_sid=row["call_sid"],
        tool_call_id=row["tool_call_id"],
        name=row["name"],
        arguments=row["arguments"],
        result=row["result"],
        at=row["at"],
    )
