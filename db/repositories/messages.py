"""Messages and tasks for the staff, and what happened to each."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, func, insert, literal, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models.staff import message_events, messages
from db.repositories.calls import Announce, upsert
from db.repositories.paging import NOT_A_CURSOR, encode_cursor, page_of, read_cursor
from receptionist.errors import ChangedMeanwhile, InvalidArguments, NotFound
from receptionist.ports.paging import ListQuery, Page
from receptionist.ports.staff import (
    ALL_MESSAGES,
    MessageEvent,
    MessageFilter,
    MessageStatus,
    OpenMessages,
    StaffMessage,
)

SHOWN = [column for column in messages.c if column.name != "search"]
BY_NEED = ("urgent", "routine")
# Inline, not a parameter: only so do both engines see that the index of open ones serves.
IS_OPEN = messages.c.status != literal("done", literal_execute=True)
COMMITS_OVERTAKE = 64
"""So many rows back a transaction that began earlier may still commit."""


class SqlMessages:
    """Fulfil `Messages`."""

    def __init__(self, connection: AsyncConnection, announce: Announce) -> None:
        self._connection = connection
        self._announce = announce

    async def add(self, message: StaffMessage) -> StaffMessage:
        """Insert, or give the one made under the same idempotency key."""
        values = {column.name: getattr(message, column.name) for column in SHOWN}
        values["id"] = message.id or uuid4().hex
        values["search"] = _search(message)
        statement = upsert(self._connection, messages).values(values)
        result = await self._connection.execute(
            statement.on_conflict_do_nothing(index_elements=["idempotency_key"]).returning(
                messages.c.id
            )
        )
        if result.scalar_one_or_none() is not None:
            await self._record(values["id"], "arrived", "receptionist", message.created_at)
            if message.kind == "message":
                await self._announce("message.taken", values["id"])
        condition = messages.c.id == values["id"]
        if message.idempotency_key is not None:
            condition = messages.c.idempotency_key == message.idempotency_key
        found = await self._connection.execute(select(*SHOWN).where(condition))
        return StaffMessage(**found.mappings().one())

    async def get(self, message_id: str) -> StaffMessage | None:
        """By id."""
        result = await self._connection.execute(select(*SHOWN).where(messages.c.id == message_id))
        row = result.mappings().one_or_none()
        return None if row is None else StaffMessage(**row)

    async def set_status(
        self, message_id: str, status: MessageStatus, *, by: str, seen: int | None = None
    ) -> StaffMessage:
        """Whoever takes it has it; opened again, nobody has."""
        before = await self._unchanged(message_id, seen)
        if before.status == status:
            return before
        assignee = {"taken": by, "new": None, "done": before.assignee or by}[status]
        changed = await self._change(before, status=status, assignee=assignee, escalated_at=None)
        kind: str = "taken" if status == "taken" else "done"
        if status == "new":
            kind = "reopened" if before.status == "done" else "released"
        await self.record(message_id, kind, by=by)
        return changed

    async def give(self, message_id: str, to: str, *, by: str, seen: int) -> StaffMessage:
        """Somebody else has it now."""
        before = await self._unchanged(message_id, seen)
        changed = await self._change(before, status="taken", assignee=to, escalated_at=None)
        await self.record(message_id, "given", by=by, detail={"to": to})
        return changed

    async def record(
        self, message_id: str, kind: str, *, by: str, detail: Mapping[str, Any] | None = None
    ) -> None:
        """Add to its history."""
        await self._record(message_id, kind, by, datetime.now(UTC), detail)

    async def write_down(self, before: StaffMessage, words: str) -> bool:
        """The UPDATE itself decides between two processes. Nobody's work on it is disturbed."""
        text = f"{before.message}\n{words}"
        result = await self._connection.execute(
            update(messages)
            .where(messages.c.id == before.id, messages.c.message == before.message)
            .values(message=text, search=_search(replace(before, message=text)))
            .returning(messages.c.id)
        )
        if result.scalar_one_or_none() is None:
            return False
        await self.record(before.id, "written_down", by="receptionist")
        return True

    async def history(self, message_id: str) -> Sequence[MessageEvent]:
        """Oldest first."""
        result = await self._connection.execute(
            select(message_events)
            .where(message_events.c.message_id == message_id)
            .order_by(message_events.c.id)
        )
        return [MessageEvent(**row) for row in result.mappings()]

    async def list(
        self, query: ListQuery, only: MessageFilter = ALL_MESSAGES
    ) -> Page[StaffMessage]:
        """Newest first."""
        return await page_of(
            self._connection,
            _filtered(select(*SHOWN), only),
            query,
            at=messages.c.created_at,
            key=messages.c.id,
            make=lambda row: StaffMessage(**row),
        )

    async def by_need(
        self, only: MessageFilter, *, limit: int, after: str | None = None
    ) -> Page[StaffMessage]:
        """Open ones: the urgent first, then those that have waited longest."""
        rank, moment, last = _read_place(after)
        found: list[StaffMessage] = []
        for urgency in BY_NEED[rank:]:
            statement = (
                _filtered(select(*SHOWN).where(IS_OPEN), only)
                .where(messages.c.urgency == urgency)
                .order_by(messages.c.created_at, messages.c.id)
                .limit(limit + 1 - len(found))
            )
            if moment is not None:
                place = tuple_(messages.c.created_at, messages.c.id)
                statement = statement.where(
                    place > tuple_(literal(moment, messages.c.created_at.type), literal(last))
                )
                moment = None
            rows = await self._connection.execute(statement)
            found += [StaffMessage(**row) for row in rows.mappings()]
            if len(found) > limit:
                return Page(found[:limit], _place(found[limit - 1]))
        return Page(found, None)

    async def open(self, most: int | None = None) -> OpenMessages:
        """How many wait; counting stops at `most` of either urgency."""
        counts = []
        for urgency in BY_NEED:
            rows = select(literal(1)).where(IS_OPEN, messages.c.urgency == urgency).limit(most)
            counts.append(
                await self._connection.scalar(select(func.count()).select_from(rows.subquery()))
            )
        urgent, routine = (count or 0 for count in counts)
        return OpenMessages(urgent + routine, urgent)

    async def overdue(
        self, practice_id: int, *, urgent_before: datetime, routine_before: datetime, limit: int
    ) -> Sequence[StaffMessage]:
        """Longest waiting first."""
        found: list[StaffMessage] = []
        for urgency, before in (("urgent", urgent_before), ("routine", routine_before)):
            rows = await self._connection.execute(
                select(*SHOWN)
                .where(IS_OPEN, messages.c.urgency == urgency, messages.c.created_at < before)
                .where(messages.c.status == "new", messages.c.escalated_at.is_(None))
                .where(messages.c.practice_id == practice_id)
                .order_by(messages.c.created_at)
                .limit(limit)
            )
            found += [StaffMessage(**row) for row in rows.mappings()]
        return found

    async def escalate(self, message_id: str, at: datetime) -> bool:
        """The UPDATE itself decides between two processes that look at the same time."""
        result = await self._connection.execute(
            update(messages)
            .where(messages.c.id == message_id, messages.c.status == "new")
            .where(messages.c.escalated_at.is_(None))
            .values(escalated_at=at)
            .returning(messages.c.id)
        )
        return result.scalar_one_or_none() is not None

    async def latest_change(self) -> str:
        """The newest events' ids: one that commits late is among them as well."""
        ids = await self._connection.scalars(
            select(message_events.c.id).order_by(message_events.c.id.desc()).limit(COMMITS_OVERTAKE)
        )
        return ",".join(map(str, ids))

    async def _record(
        self,
        message_id: str,
        kind: str,
        by: str,
        at: datetime,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        await self._connection.execute(
            insert(message_events).values(
                message_id=message_id, at=at, actor=by, kind=kind, detail=dict(detail or {})
            )
        )

    async def _unchanged(self, message_id: str, seen: int | None) -> StaffMessage:
        found = await self.get(message_id)
        if found is None:
            raise NotFound("no such message")
        if seen is not None and seen != found.version:
            history = await self.history(message_id)
            raise ChangedMeanwhile(history[-1].actor, history[-1].at)
        return found

    async def _change(self, before: StaffMessage, **values: Any) -> StaffMessage:
        result = await self._connection.execute(
            update(messages)
            .where(messages.c.id == before.id, messages.c.version == before.version)
            .values(**values, version=before.version + 1)
            .returning(*SHOWN)
        )
        row = result.mappings().one_or_none()
        if row is None:
            history = await self.history(before.id)
            raise ChangedMeanwhile(history[-1].actor, history[-1].at)
        return StaffMessage(**row)


def _filtered(statement: Select[Any], only: MessageFilter) -> Select[Any]:
    if set(only.statuses) != set(ALL_MESSAGES.statuses):
        statement = statement.where(messages.c.status.in_(only.statuses))
    for column, wanted in (
        (messages.c.kind, only.kind),
        (messages.c.urgency, only.urgency),
        (messages.c.assignee, only.assignee),
    ):
        if wanted is not None:
            statement = statement.where(column == wanted)
    for word in only.words.split():
        patterns = [_escaped(folded(word))]
        # A number may have been written with dashes and brackets.
        if not word.strip("0123456789+-()./"):
            patterns.append("".join(c for c in word if c.isdigit()))
        statement = statement.where(
            or_(*(messages.c.search.like(f"%{each}%", escape="\\") for each in patterns))
        )
    return statement


def _search(message: StaffMessage) -> str:
    return folded(f"{message.caller_name} {message.message} {message.phone or ''}")


def folded(text: str) -> str:
    """Without case and accents: what a search compares."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _place(message: StaffMessage) -> str:
    return encode_cursor(message.created_at, [BY_NEED.index(message.urgency), message.id])


def _read_place(after: str | None) -> tuple[int, datetime | None, str]:
    if after is None:
        return 0, None, ""
    moment, place = read_cursor(after, list)
    match place:
        case [int(rank), str(last)] if rank in (0, 1):
            return rank, moment, last
    raise InvalidArguments(NOT_A_CURSOR)
