"""`receptionist calendar check`: the book and the practice's calendars, compared both ways.

A difference is what the outbox and the reading of changes should have settled and
have not. Repairing never undoes what a person did: their edit is followed.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from receptionist.booking.calendar_writes import CalendarWrites, moved_by_hand
from receptionist.booking.edits import CalendarEdits
from receptionist.booking.taken import APPOINTMENT, is_ours, takes_time
from receptionist.domain.opening_hours import Interval
from receptionist.domain.practice import Practice
from receptionist.ports.calendar import Calendar, StoredEvent, event_id_for
from receptionist.ports.follow_up import OutboxRow
from receptionist.ports.records import Appointment, Database

Difference = Literal["missing", "deleted", "moved", "left over", "overlapped"]
AHEAD = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference; ids and times only, nobody's name."""

    calendar_id: str
    difference: Difference
    appointment_id: str
    start: datetime
    repaired: bool = False

    def line(self, practice: Practice) -> str:
        """As printed."""
        words = {
            "missing": "is not in the calendar",
            "deleted": "was deleted in the calendar",
            "moved": "stands at another time in the calendar",
            "left over": "is cancelled and still in the calendar",
            "overlapped": "has something else of the practice's at the same time",
        }
        when = self.start.astimezone(practice.zone).isoformat(timespec="minutes")
        done = ": repaired" if self.repaired else ""
        return f"{self.calendar_id}  {when}  appointment {self.appointment_id} " + (
            words[self.difference] + done
        )


class CalendarCheck:
    """Compare one practice at a time."""

    def __init__(
        self,
        database: Database,
        calendar: Calendar,
        writes: CalendarWrites,
        edits: CalendarEdits,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._calendar = calendar
        self._writes = writes
        self._edits = edits
        self._clock = clock

    async def differences(self, practice: Practice, *, repair: bool) -> AsyncIterator[Finding]:
        """Each as it is found, repaired if that was asked for. Raises `ProviderError`."""
        for person in practice.practitioners:
            if person.calendar is None:
                continue
            async for finding in self._of_calendar(
                practice, person.name, person.calendar, repair=repair
            ):
                yield finding

    async def _of_calendar(
        self, practice: Practice, person: str, calendar_id: str, *, repair: bool
    ) -> AsyncIterator[Finding]:
        now = self._clock()
        async with self._database.reading() as uow:
            rows = [
                row
                for row in await uow.appointments.busy(practice.id, now, now + AHEAD, now)
                if row.status == "booked" and row.practitioner == person
            ]
        events = await self._calendar.between(calendar_id, now, now + AHEAD)
        by_id = {event.id: event for event in events}
        for row in rows:
            event = by_id.pop(event_id_for(row.id), None)
            difference = await self._difference(calendar_id, row, event, events)
            if difference is not None:
                repaired = repair and await self._repair(practice, row, event, difference)
                yield Finding(calendar_id, difference, row.id, row.start, repaired)
        for event in by_id.values():
            if is_ours(event) and not event.cancelled and event.interval is not None:
                finding = await self._left_over(calendar_id, event, event.interval, repair=repair)
                if finding is not None:
                    yield finding

    async def _difference(
        self,
        calendar_id: str,
        row: Appointment,
        event: StoredEvent | None,
        events: Sequence[StoredEvent],
    ) -> Difference | None:
        wanted = Interval(row.start, row.end)
        if event is None:
            # It may stand in the past, or be known as deleted.
            event = await self._calendar.get(calendar_id, event_id_for(row.id))
        if event is None:
            return "missing"
        if event.cancelled:
            return "deleted"
        if event.interval != wanted:
            return "moved"
        others = (e for e in events if not is_ours(e) and takes_time(e) and e.interval)
        if any(wanted.overlaps(e.interval) for e in others if e.interval):
            return "overlapped"
        return None

    async def _repair(
        self,
        practice: Practice,
        row: Appointment,
        event: StoredEvent | None,
        difference: Difference,
    ) -> bool:
        if difference == "overlapped":
            return False  # People have put it there; only people can say who stays.
        if difference == "moved" and event is not None:
            by_hand = moved_by_hand(event)
            if by_hand is not None:
                await self._edits.moved(practice, row, by_hand)
                return True
        await self._writes.put(_work(row))
        return True

    async def _left_over(
        self, calendar_id: str, event: StoredEvent, interval: Interval, *, repair: bool
    ) -> Finding | None:
        appointment_id = event.private[APPOINTMENT]
        async with self._database.reading() as uow:
            row = await uow.appointments.get(appointment_id)
        if row is not None and row.status == "booked":
            return None
        if repair:
            await self._calendar.delete(calendar_id, event.id)
        return Finding(calendar_id, "left over", appointment_id, interval.start, repair)


def _work(row: Appointment) -> OutboxRow:
    payload = {"appointment_id": row.id, "revision": row.revision}
    return OutboxRow(0, "calendar.put", f"check:{row.id}", payload, 1, row.start)
