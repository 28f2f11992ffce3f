"""Our appointments in the practice's calendars: written from the outbox, once by id.

Before an event is written the calendar is read: what a person did to it meanwhile,
or put in its place, counts for more than what we were about to write.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from receptionist.booking.edits import CalendarEdits, slot_before
from receptionist.booking.taken import APPOINTMENT, is_ours, takes_time
from receptionist.domain.contacts import read_back
from receptionist.domain.opening_hours import Interval
from receptionist.domain.practice import Practice
from receptionist.ports.calendar import Calendar, CalendarEvent, StoredEvent, event_id_for
from receptionist.ports.follow_up import OutboxRow
from receptionist.ports.records import Appointment, Database

START, END = "start", "end"
"""Private properties: when we last wrote the event to be. Elsewhere, a person has moved it."""


class CalendarWrites:
    """The jobs `calendar.put` and `calendar.delete`."""

    def __init__(
        self,
        database: Database,
        calendar: Calendar,
        edits: CalendarEdits,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._calendar = calendar
        self._edits = edits
        self._clock = clock

    async def put(self, row: OutboxRow) -> None:
        """Write the appointment's event as the appointment is now."""
        found, practice, calendar_id = await self._about(row.payload)
        if found is None or practice is None or calendar_id is None:
            return
        if found.status != "booked":
            # It may have been written after it was deleted, by somebody who did not live to see it.
            await self._calendar.delete(calendar_id, event_id_for(found.id))
            return
        stored = await self._calendar.get(calendar_id, event_id_for(found.id))
        force = bool(row.payload.get("force"))
        if stored is not None:
            if stored.cancelled:
                await self._edits.deleted(practice, found)
                return
            if not force and (moved := moved_by_hand(stored)) is not None:
                await self._adopt(practice, found, moved, calendar_id)
                return
        await self._write(practice, found, calendar_id, stored, row.payload, force=force)

    async def delete(self, row: OutboxRow) -> None:
        """Take the event of a cancelled appointment out."""
        found, _, calendar_id = await self._about(row.payload)
        if found is not None and calendar_id is not None and found.status == "cancelled":
            await self._calendar.delete(calendar_id, event_id_for(found.id))

    async def _write(
        self,
        practice: Practice,
        found: Appointment,
        calendar_id: str,
        stored: StoredEvent | None,
        payload: Mapping[str, Any],
        *,
        force: bool,
    ) -> None:
        event = event_of(found, practice)
        was = slot_before(dict(payload), found)
        in_place = stored is not None and stored.interval == event.interval
        if not in_place and not force and await self._somebody_else(calendar_id, found):
            await self._edits.conflict(practice, found, was)
            return
        result = await self._calendar.put(
            calendar_id, event, known=stored.interval if stored else None
        )
        if result.outcome == "revived":
            # Deleted by a person since we looked.
            await self._calendar.delete(calendar_id, event.id)
            await self._edits.deleted(practice, found)
            return
        if result.outcome == "kept" and result.stored and result.stored.interval:
            await self._adopt(practice, found, result.stored.interval, calendar_id)
            return
        is_current = await self._caught_up(practice, calendar_id, found)
        # Between the look and the write somebody may have been quicker.
        is_new_there = is_current and not in_place and not force
        if is_new_there and await self._somebody_else(calendar_id, found):
            await self._edits.conflict(practice, found, was)

    async def _caught_up(self, practice: Practice, calendar_id: str, written: Appointment) -> bool:
        """Have the event follow what happened to the appointment meanwhile; True when nothing did.

        Whoever moved or cancelled it may have been done with the calendar before we wrote.
        """
        last = written
        while True:
            async with self._database.transaction() as uow:
                await uow.appointments.set_event(last.id, event_id_for(last.id))
                found = await uow.appointments.get(last.id)
            if found is None or found.status != "booked":
                await self._calendar.delete(calendar_id, event_id_for(last.id))
                return False
            if found.revision == last.revision:
                return last is written
            known = Interval(last.start, last.end)
            await self._calendar.put(calendar_id, event_of(found, practice), known=known)
            last = found

    async def _adopt(
        self, practice: Practice, found: Appointment, to: Interval, calendar_id: str
    ) -> None:
        if to == Interval(found.start, found.end):
            # A person put it where the book has it; the event only has to say so.
            event = event_of(found, practice)
            await self._calendar.put(calendar_id, event, known=to)
            await self._caught_up(practice, calendar_id, found)
            return
        await self._edits.moved(practice, found, to)

    async def _somebody_else(self, calendar_id: str, found: Appointment) -> bool:
        events = await self._calendar.between(calendar_id, found.start, found.end)
        return any(takes_time(event) and not is_ours(event) for event in events)

    async def _about(
        self, payload: Mapping[str, Any]
    ) -> tuple[Appointment | None, Practice | None, str | None]:
        async with self._database.reading() as uow:
            found = await uow.appointments.get(str(payload["appointment_id"]))
            practice = await uow.practices.get(found.practice_id) if found else None
        person = practice.practitioner(found.practitioner) if practice and found else None
        return found, practice, person.calendar if person else None


def moved_by_hand(stored: StoredEvent) -> Interval | None:
    """Where a person has put an event of ours; None when it stands where we wrote it."""
    if stored.interval is None:
        return None
    written = tuple(stored.private.get(name) for name in (START, END))
    if written == _written(stored.interval) or None in written:
        return None
    return stored.interval


def event_of(appointment: Appointment, practice: Practice) -> CalendarEvent:
    """The event as staff see it: no more than the practice allows."""
    shown = practice.booking.event_text
    name = "" if shown == "service" else f": {appointment.caller_name}"
    details = []
    if shown == "full":
        if appointment.phone:
            details.append(f"Phone: {read_back(appointment.phone)}")
        if appointment.notes:
            details.append(f"Notes: {appointment.notes}")
    interval = Interval(appointment.start, appointment.end)
    start, end = _written(interval)
    return CalendarEvent(
        id=event_id_for(appointment.id),
        summary=f"{appointment.service}{name}",
        start=appointment.start,
        end=appointment.end,
        timezone=practice.timezone,
        description="\n".join(details),
        private={APPOINTMENT: appointment.id, START: start, END: end},
    )


def _written(interval: Interval) -> tuple[str, str]:
    return str(int(interval.start.timestamp())), str(int(interval.end.timestamp()))
