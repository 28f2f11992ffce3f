"""Recordings, and erasing a call: what the caller said goes, that they called stays."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models.booking import appointments, waiting_list
from db.models.calls import actions, callers, calls, recordings, turns
from db.models.practices import unanswered_questions
from db.models.staff import message_events, messages
from db.repositories.calls import upsert
from receptionist.errors import NotFound
from receptionist.ports.staff import Recording

ERASED = "(erased)"


class SqlRecordings:
    """Fulfil `Recordings`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, recording: Recording) -> bool:
        """False when it is known."""
        statement = upsert(self._connection, recordings).values(
            sid=recording.sid,
            call_sid=recording.call_sid,
            at=recording.at,
            seconds=recording.seconds,
        )
        result = await self._connection.execute(
            statement.on_conflict_do_nothing().returning(recordings.c.sid)
        )
        return result.scalar_one_or_none() is not None

    async def of_call(self, call_sid: str) -> Sequence[Recording]:
        """In their order."""
        rows = await self._connection.execute(
            select(recordings).where(recordings.c.call_sid == call_sid).order_by(recordings.c.at)
        )
        return [Recording(**row) for row in rows.mappings()]


class SqlErasure:
    """Fulfil `Erasure`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def due(self, practice_id: int, before: datetime, limit: int) -> Sequence[str]:
        """Calls that ended before then and are not erased yet, the oldest first."""
        found = await self._connection.scalars(
            select(calls.c.call_sid)
            .where(calls.c.practice_id == practice_id, calls.c.erased_at.is_(None))
            # What began before then may still be going on: only an index on the start is there.
            .where(calls.c.started_at < before, calls.c.ended_at < before)
            .order_by(calls.c.started_at)
            .limit(limit)
        )
        return list(found.all())

    async def erase_call(self, call_sid: str, at: datetime, *, by: str) -> Sequence[str]:
        """The SIDs of its recordings, which the phone company still has to delete."""
        call = (
            await self._connection.execute(select(calls).where(calls.c.call_sid == call_sid))
        ).one_or_none()
        if call is None:
            raise NotFound("no such call")
        await self._set(calls, call_sid, from_number=None, state={}, erased_at=at)
        await self._set(turns, call_sid, caller="", receptionist="", heard="")
        await self._erase_actions(call_sid)
        await self._erase_messages(call_sid, at, by)
        await self._set(appointments, call_sid, call_sid=None)
        await self._set(waiting_list, call_sid, call_sid=None)
        await self._connection.execute(
            delete(unanswered_questions).where(unanswered_questions.c.call_sid == call_sid)
        )
        await self._forget_caller(call.practice_id, call.from_number)
        gone = await self._connection.scalars(
            delete(recordings).where(recordings.c.call_sid == call_sid).returning(recordings.c.sid)
        )
        return list(gone.all())

    async def _erase_actions(self, call_sid: str) -> None:
        rows = await self._connection.execute(
            select(actions.c.id, actions.c.result).where(actions.c.call_sid == call_sid)
        )
        for row in rows.all():
            kept = {"ok": row.result["ok"]} if "ok" in row.result else {}
            await self._connection.execute(
                update(actions).where(actions.c.id == row.id).values(arguments={}, result=kept)
            )

    async def _erase_messages(self, call_sid: str, at: datetime, by: str) -> None:
        ids = await self._connection.scalars(
            update(messages)
            .where(messages.c.call_sid == call_sid)
            .values(
                caller_name=ERASED,
                phone=None,
                message=ERASED,
                recipient=None,
                search="",
                status="done",
                version=messages.c.version + 1,
            )
            .returning(messages.c.id)
        )
        for message_id in ids.all():
            # What staff wrote about it may say as much as the message did.
            await self._connection.execute(
                update(message_events)
                .where(message_events.c.message_id == message_id, message_events.c.kind == "note")
                .values(detail={})
            )
            event = {"message_id": message_id, "at": at, "actor": by, "kind": "erased"}
            await self._connection.execute(message_events.insert().values(**event, detail={}))

    async def _forget_caller(self, practice_id: int | None, phone: str | None) -> None:
        called_again = exists().where(
            calls.c.practice_id == practice_id, calls.c.from_number == phone
        )
        await self._connection.execute(
            delete(callers)
            .where(callers.c.practice_id == practice_id, callers.c.phone == phone)
            .where(~called_again)
        )

    async def _set(self, table: Any, of_call: str, /, **values: Any) -> None:
        await self._connection.execute(
            update(table).where(table.c.call_sid == of_call).values(**values)
        )
