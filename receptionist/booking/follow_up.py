"""What follows a change of an appointment: rows of the outbox, in the change's own transaction.

Keys name the appointment and its revision, so each effect happens once for each
change, and a row that a later change has overtaken finds that out by itself.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from receptionist.domain.practice import Practice
from receptionist.ports.records import Appointment, UnitOfWork

PUT = "calendar.put"
DELETE = "calendar.delete"
TEXT_BOOKED = "text.booked"
TEXT_MOVED = "text.moved"
TEXT_CANCELLED = "text.cancelled"
TEXT_REMINDER = "text.reminder"
NOTICE_CONFLICT = "notice.conflict"
NOTICE_MOVED = "notice.moved"
NOTICE_CANCELLED = "notice.cancelled"
WAITING_OFFER = "waiting.offer"

TEXT_AFTER = timedelta(seconds=10)
"""The calendar has answered by then, or the caller is told otherwise."""
NOTICE_AFTER = timedelta(seconds=20)
"""Whoever still holds the call withdraws it and tells the caller at once."""


def key_of(kind: str, appointment: Appointment) -> str:
    """One effect for each change."""
    return f"{kind}:{appointment.id}:{appointment.revision}"


class FollowUp:
    """Queue what follows. `external`: the practice's calendars are a vendor's."""

    def __init__(self, *, external: bool) -> None:
        self._external = external

    def writes_calendar(self, practice: Practice, appointment: Appointment) -> bool:
        """Whether this appointment is to be seen in a vendor's calendar."""
        person = practice.practitioner(appointment.practitioner)
        return self._external and person is not None and person.calendar is not None

    async def booked(
        self, uow: UnitOfWork, practice: Practice, booked: Appointment, now: datetime
    ) -> None:
        """Calendar, confirmation, reminder."""
        await _announce(uow, booked)
        if self.writes_calendar(practice, booked):
            await self._queue(uow, PUT, booked)
        await self._texts(uow, practice, booked, TEXT_BOOKED, now)

    async def moved(
        self,
        uow: UnitOfWork,
        practice: Practice,
        moved: Appointment,
        now: datetime,
        *,
        before: Appointment,
        by_a_person: bool = False,
    ) -> None:
        """The same for its new time; the reminder of the old one finds out by itself.

        `by_a_person`: it was not the caller who moved it, and a notice tells them.
        """
        await _announce(uow, moved)
        if self.writes_calendar(practice, moved):
            was = {
                "was_start": before.start.isoformat(),
                "was_end": before.end.isoformat(),
                "was_blocks_until": before.blocks_until.isoformat(),
            }
            await self._queue(uow, PUT, moved, more=was)
        await self._texts(uow, practice, moved, None if by_a_person else TEXT_MOVED, now)

    async def cancelled(
        self, uow: UnitOfWork, practice: Practice, cancelled: Appointment, now: datetime
    ) -> None:
        """Out of the calendar; whoever waits for such a time is offered it."""
        await _announce(uow, cancelled)
        if self.writes_calendar(practice, cancelled):
            await self._queue(uow, DELETE, cancelled)
        if cancelled.start <= now:
            return
        by_hand = cancelled.cancelled_by in ("caller", "staff")
        if by_hand and practice.booking.text_messages:
            await self._queue(uow, TEXT_CANCELLED, cancelled, run_at=now + TEXT_AFTER)
        if cancelled.cancelled_by != "conflict":
            await self._queue(uow, WAITING_OFFER, cancelled)

    async def notice(
        self, uow: UnitOfWork, kind: str, appointment: Appointment, now: datetime
    ) -> None:
        """The caller has to be told of what a person did in the calendar."""
        await self._queue(uow, kind, appointment, run_at=now + NOTICE_AFTER)

    async def put_back(self, uow: UnitOfWork, appointment: Appointment) -> None:
        """A person's edit that cannot be followed: the event goes back to where it was."""
        key = f"{PUT}:{appointment.id}:{appointment.revision}:back"
        payload = {"appointment_id": appointment.id, "force": True}
        if not await uow.outbox.put(PUT, key, payload):
            await uow.outbox.again(key)

    async def _texts(
        self,
        uow: UnitOfWork,
        practice: Practice,
        row: Appointment,
        kind: str | None,
        now: datetime,
    ) -> None:
        if not practice.booking.text_messages or row.phone is None:
            return
        if kind is not None:
            await self._queue(uow, kind, row, run_at=now + TEXT_AFTER)
        remind_at = row.start - timedelta(hours=practice.booking.reminder_hours)
        if practice.booking.reminder_hours and remind_at > now:
            await self._queue(uow, TEXT_REMINDER, row, run_at=remind_at)

    async def _queue(
        self,
        uow: UnitOfWork,
        kind: str,
        appointment: Appointment,
        run_at: datetime | None = None,
        more: Mapping[str, str] | None = None,
    ) -> None:
        payload = {
            "appointment_id": appointment.id,
            "revision": appointment.revision,
            **(more or {}),
        }
        await uow.outbox.put(kind, key_of(kind, appointment), payload, run_at=run_at)


async def _announce(uow: UnitOfWork, appointment: Appointment) -> None:
    """Other programs are told as well."""
    change = str(appointment.revision)
    await uow.webhooks.announce("appointment.changed", appointment.id, change)
