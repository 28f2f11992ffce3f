"""Calls, their turns and their actions."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    Table,
    Update,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models.calls import actions, callers, calls, turns
from db.repositories.paging import page_of
from receptionist.ports.records import (
    ALL_CALLS,
    ActionRecord,
    CallCounts,
    CallFilter,
    CallRecord,
    EndedBy,
    ListQuery,
    Page,
    TurnRecord,
)
from receptionist.ports.webhooks import WebhookEvent

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
Announce = Callable[[WebhookEvent, str], Awaitable[None]]
"""Tell other programs of it, in the same transaction."""
AT_ONE_TIME = 8
NEWEST = 256
"""More than a process's calls at once: whatever has changed is among them."""

# What the journal writes with every turn of every call is put together once.
_SET_STATE = (
    update(calls)
    .where(calls.c.call_sid == bindparam("of_call"))
    .values(state=bindparam("new_state"))
)


@cache
def _save_turns(dialect: str) -> Any:
    statement = _insert(dialect, turns)
    keys = ("call_sid", "number")
    changed = {column.name: column for column in statement.excluded if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


@cache
def _save_actions(dialect: str) -> Any:
    keys = ("call_sid", "tool_call_id")
    return _insert(dialect, actions).on_conflict_do_nothing(index_elements=keys)


def _insert(dialect: str, table: Table) -> Any:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def upsert(connection: AsyncConnection, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT, of the engine at hand."""
    return _insert(connection.dialect.name, table)


class SqlCalls:
    """Fulfil `Calls`."""

    def __init__(self, connection: AsyncConnection, announce: Announce) -> None:
        self._connection = connection
        self._announce = announce
        self.ended: list[EndedBy] = []
        """How those calls to a practice ended that were open until this transaction."""

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

    async def called_before(self, call: CallRecord) -> bool:
        """Whether this caller's number had called the practice before this call."""
        result = await self._connection.execute(
            select(callers.c.calls)
            .where(callers.c.practice_id == call.practice_id)
            .where(callers.c.phone == call.from_number, callers.c.calls > 1)
            .where(callers.c.first_call_at < call.started_at)
        )
        return result.scalar_one_or_none() is not None

    async def get(self, call_sid: str) -> CallRecord | None:
        """By SID."""
        result = await self._connection.execute(select(calls).where(calls.c.call_sid == call_sid))
        row = result.mappings().one_or_none()
        return None if row is None else _call(row)

    async def set_states(self, states: Mapping[str, Mapping[str, Any]]) -> None:
        """By SID, what another process needs to go on."""
        rows = [{"of_call": sid, "new_state": dict(state)} for sid, state in states.items()]
        if rows:
            await self._connection.execute(_SET_STATE, rows)

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
        # Several processes may tell of one end at once: only one of them finds the row open.
        this_call = update(calls).where(calls.c.call_sid == call_sid).values(ended_by=ended_by)
        is_open = calls.c.ended_by.is_(None)
        if await self._is_of_practice(this_call.where(is_open).values(ended_at=at)):
            self.ended.append(ended_by)
        elif not await self._is_of_practice(this_call.where(calls.c.ended_by == "lost")):
            return
        await self._announce("call.ended", call_sid)

    async def list(self, query: ListQuery, only: CallFilter = ALL_CALLS) -> Page[CallRecord]:
        """Newest first."""
        statement = select(calls)
        for column, wanted in (
            (calls.c.outcome, only.outcome),
            (calls.c.ended_by, only.ended_by),
            (calls.c.channel, only.channel),
        ):
            if wanted is not None:
                statement = statement.where(column == wanted)
        return await page_of(
            self._connection,
            statement,
            query,
            at=calls.c.started_at,
            key=calls.c.id,
            make=_call,
        )

    async def counts(self, from_at: datetime | None, to_at: datetime | None) -> CallCounts:
        """Counted in the database."""
        statement = select(calls.c.outcome, calls.c.ended_by, func.count())
        rows = (
            await self._connection.execute(
                _within(statement, calls.c.started_at, from_at, to_at).group_by(
                    calls.c.outcome, calls.c.ended_by
                )
            )
        ).all()
        outcomes: Counter[str] = Counter()
        ended_by: Counter[str] = Counter()
        for outcome, by, count in rows:
            outcomes[outcome or "open"] += count
            ended_by[by or "open"] += count
        return CallCounts(sum(outcomes.values()), dict(outcomes), dict(ended_by))

    async def latest_change(self) -> str:
        """The newest calls, and which of them have ended."""
        rows = await self._connection.execute(
            select(calls.c.id, calls.c.ended_by).order_by(calls.c.id.desc()).limit(NEWEST)
        )
        return ",".join(f"{row.id}{row.ended_by or ''}" for row in rows)

    async def open_calls(self) -> Sequence[CallRecord]:
        """Those without an end."""
        result = await self._connection.execute(select(calls).where(calls.c.ended_by.is_(None)))
        return [_call(row) for row in result.mappings()]

    async def _is_of_practice(self, change: Update) -> bool:
        """Make it; whether there was a call to change, and to a practice."""
        changed = await self._connection.execute(change.returning(calls.c.practice_id))
        return changed.scalar_one_or_none() is not None

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
        erased_at=row["erased_at"],
    )


def _within(
    statement: Select[Any],
    column: ColumnElement[datetime],
    from_at: datetime | None,
    to_at: datetime | None,
) -> Select[Any]:
    if from_at is not None:
        statement = statement.where(column >= from_at)
    if to_at is not None:
        statement = statement.where(column < to_at)
    return statement


class SqlTurns:
    """Fulfil `Turns`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def save(self, rows: Sequence[TurnRecord]) -> None:
        """Insert or replace by (call_sid, number)."""
        names = turns.c.keys()
        values = [{name: getattr(turn, name) for name in names} for turn in rows]
        if values:
            await self._connection.execute(_save_turns(self._connection.dialect.name), values)

    async def of_call(self, call_sid: str) -> Sequence[TurnRecord]:
        """In their order."""
        result = await self._connection.execute(
            select(turns).where(turns.c.call_sid == call_sid).order_by(turns.c.number)
        )
        return [TurnRecord(**row) for row in result.mappings()]

    async def latest_change(self) -> str:
        """When, and in which call."""
        rows = await self._connection.execute(
            select(turns.c.at, turns.c.call_sid).order_by(turns.c.at.desc()).limit(AT_ONE_TIME)
        )
        return ",".join(f"{row.at.timestamp()}{row.call_sid}" for row in rows)

    async def timings(
        self, from_at: datetime | None, to_at: datetime | None, limit: int
    ) -> Sequence[Mapping[str, float]]:
        """Those of the newest turns of that time."""
        statement = _within(select(turns.c.timings), turns.c.at, from_at, to_at)
        found = await self._connection.scalars(statement.order_by(turns.c.at.desc()).limit(limit))
        return found.all()


class SqlActions:
    """Fulfil `Actions`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def save(self, rows: Sequence[ActionRecord]) -> None:
        """Insert; one that is already there stays."""
        values = [
            {
                "call_sid": action.call_sid,
                "tool_call_id": action.tool_call_id,
                "name": action.name,
                "arguments": dict(action.arguments),
                "result": dict(action.result),
                "at": action.at,
            }
            for action in rows
        ]
        if values:
            await self._connection.execute(_save_actions(self._connection.dialect.name), values)

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
