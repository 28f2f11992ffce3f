"""What people do in the practice's calendars by hand. It wins, and the caller is told.

An event of ours that was moved takes its appointment along; one that was deleted
cancels it; one that somebody else's event was there before gives way.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from receptionist.booking.follow_up import (
    NOTICE_CANCELLED,
    NOTICE_CONFLICT,
    NOTICE_MOVED,
    FollowUp,
)
from receptionist.domain.booking import Slot
from receptionist.domain.opening_hours import Interval
from receptionist.domain.practice import Practice
from receptionist.errors import SlotTaken
from receptionist.ports.records import (
    Appointment,
    CancelledBy,
    Database,
    StaffMessage,
    UnitOfWork,
)

ACTOR = "calendar"


class CalendarEdits:
    """Bring the book in line with what people did."""

    def __init__(
        self, database: Database, follow_up: FollowUp, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._follow_up = follow_up
        self._clock = clock

    async def moved(self, practice: Practice, seen: Appointment, to: Interval) -> None:
        """Its event stands at another time now."""
        now = self._clock()
        try:
            async with self._database.transaction() as uow:
                await uow.appointments.lock(practice.id)
                found = await self._unchanged(uow, seen)
                if found is None:
                    return
                await uow.appointments.drop_expired_holds(now)
                buffer = found.blocks_until - found.end
                slot = Slot(to.start, to.end, to.end + buffer, found.practitioner, found.units)
                moved = await uow.appointments.move(found.id, slot)
                # Written again, so that the event says that this time is ours, too.
                await self._follow_up.moved(
                    uow, practice, moved, now, before=moved, by_a_person=True
                )
                await self._follow_up.notice(uow, NOTICE_MOVED, moved, now)
                await self._audit(uow, "appointment.moved", moved)
        except SlotTaken:
            await self._put_back(practice, seen)

    async def deleted(self, practice: Practice, seen: Appointment) -> None:
        """Its event is gone."""
        await self._cancel(practice, seen, "calendar", NOTICE_CANCELLED)

    async def conflict(
        self, practice: Practice, seen: Appointment, was: Slot | None = None
    ) -> None:
        """A person's event was there first. One that was being moved goes back, if it can."""
        if was is not None and await self._moved_back(practice, seen, was):
            return
        await self._cancel(practice, seen, "conflict", NOTICE_CONFLICT)

    async def _moved_back(self, practice: Practice, seen: Appointment, was: Slot) -> bool:
        now = self._clock()
        try:
            async with self._database.transaction() as uow:
                await uow.appointments.lock(practice.id)
                found = await self._unchanged(uow, seen)
                if found is None:
                    return True
                await uow.appointments.drop_expired_holds(now)
                moved = await uow.appointments.move(found.id, was)
                await self._follow_up.moved(
                    uow, practice, moved, now, before=moved, by_a_person=True
                )
                await self._follow_up.notice(uow, NOTICE_MOVED, moved, now)
                await self._audit(uow, "appointment.moved", moved)
        except SlotTaken:
            return False
        return True

    async def _cancel(
        self, practice: Practice, seen: Appointment, by: CancelledBy, notice: str
    ) -> None:
        now = self._clock()
        async with self._database.transaction() as uow:
            found = await self._unchanged(uow, seen)
            if found is None:
                return
            cancelled = await uow.appointments.cancel(found.id, by)
            await self._follow_up.cancelled(uow, practice, cancelled, now)
            await self._follow_up.notice(uow, notice, cancelled, now)
            await self._audit(uow, "appointment.cancelled", cancelled)

    async def _put_back(self, practice: Practice, seen: Appointment) -> None:
        """Two appointments at one time cannot be kept: staff have to see to it."""
        now = self._clock()
        async with self._database.transaction() as uow:
            found = await self._unchanged(uow, seen)
            if found is None:
                return
            await self._follow_up.put_back(uow, found)
            await uow.messages.add(
                StaffMessage(
                    id=uuid4().hex,
                    practice_id=practice.id,
                    call_sid=found.call_sid,
                    caller_name=found.caller_name,
                    phone=found.phone,
                    message="This appointment was moved in the calendar to a time that another "
                    "appointment has. It was put back; please call and agree on a time.",
                    urgency="urgent",
                    recipient=found.practitioner,
                    status="new",
                    kind="task",
                    created_at=now,
                    idempotency_key=f"put-back:{found.id}:{found.revision}:{now:%Y%m%d%H}",
                )
            )

    async def _unchanged(self, uow: UnitOfWork, seen: Appointment) -> Appointment | None:
        """The appointment, if nothing has happened to it since it was looked at."""
        found = await uow.appointments.get(seen.id)
        if found is None or found.status != "booked" or found.revision != seen.revision:
            return None
        return found

    async def _audit(self, uow: UnitOfWork, action: str, appointment: Appointment) -> None:
        await uow.audit.append(actor=ACTOR, action=action, subject=f"appointment:{appointment.id}")


def slot_before(payload: dict[str, str], appointment: Appointment) -> Slot | None:
    """Where a moved appointment was, as its outbox row says; None when it is there again."""
    if "was_start" not in payload:
        return None
    start, end, until = (
        datetime.fromisoformat(payload[name])
        for name in ("was_start", "was_end", "was_blocks_until")
    )
    if start == appointment.start:
        return None
    return Slot(start, end, until, appointment.practitioner, appointment.units)
