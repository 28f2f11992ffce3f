"""The practice's book, over the database and the practice's calendars.

A booking is a row first; the database refuses overlap. Just before and just
after, the vendor's calendar is asked what people have put there by hand: theirs
stays, ours gives way, and the caller is offered the next time.
"""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from secrets import token_urlsafe
from uuid import uuid4

from receptionist.booking.follow_up import (
    NOTICE_CONFLICT,
    NOTICE_MOVED,
    PUT,
    FollowUp,
    key_of,
)
from receptionist.booking.holds import held
from receptionist.booking.outbox import OutboxWorker
from receptionist.booking.taken import TakenTimes, known_times
from receptionist.booking.waiting_turn import holder, open_offer
from receptionist.domain.booking import SEARCHED_DAYS, Slot, Wish, best_offers, refusal, slot_at
from receptionist.domain.opening_hours import Interval
from receptionist.domain.practice import Practice, Service
from receptionist.errors import InvalidArguments, NotFound, SlotTaken
from receptionist.ports.appointment_book import BookingRequest
from receptionist.ports.records import Appointment, CancelledBy, Database, UnitOfWork

HELD = timedelta(minutes=4)
MOST_TRIES = 5
WRITTEN_WITHIN_S = 2.0
DAY = timedelta(days=1)
SEARCHED = timedelta(days=SEARCHED_DAYS + 3)
TAKEN = "the practitioner's time is taken"


class PracticeBook:
    """Fulfil `AppointmentBook`."""

    def __init__(
        self,
        database: Database,
        taken: TakenTimes,
        follow_up: FollowUp,
        worker: OutboxWorker,
        clock: Callable[[], datetime],
        *,
        written_within_s: float = WRITTEN_WITHIN_S,
    ) -> None:
        self._database = database
        self._taken = taken
        self._follow_up = follow_up
        self._worker = worker
        self._clock = clock
        self._written_within_s = written_within_s

    async def prepare(self, practice: Practice) -> None:
        """Have the vendor's busy times at hand."""
        start = self._clock() - DAY
        await self._taken.prepare(practice, start, start + SEARCHED)

    async def offers(
        self,
        practice: Practice,
        wish: Wish,
        now: datetime,
        *,
        call_sid: str,
        phone: str | None = None,
        moving: Appointment | None = None,
    ) -> Sequence[Slot]:
        """Up to three free times, held for this call."""
        first = datetime.combine(wish.first, datetime.min.time(), practice.zone) - DAY
        until = first + max(SEARCHED, wish.last - wish.first + 3 * DAY)
        by_people = await self._taken.by_people(practice, first, until, moving=moving)
        # Looked up and held in one transaction: of callers who ask at once, each gets their own.
        async with self._changing(practice, call_sid) as uow:
            holders = await _holders(uow, practice, call_sid, phone, now)
            busy = await known_times(
                uow, practice, first, until, now, holders=holders, moving=moving
            )
            for name, intervals in by_people.items():
                busy.setdefault(name, []).extend(intervals)
            slots = best_offers(practice, wish, busy, now)
            # Times off the five-minute grid may touch in a cell, and what was offered from the
            # waiting list is held already: not held again, still offered.
            await uow.appointments.hold(
                [
                    held(practice, wish.service, slot, whose=call_sid, until=now + HELD)
                    for slot in slots
                    if moving is None or not _overlap(slot, moving)
                ]
            )
        return slots

    async def book(self, request: BookingRequest, now: datetime) -> Appointment:
        """Raises `InvalidArguments` with a reason for the model, `SlotTaken`."""
        practice = request.practice
        reason = refusal(practice, request.service, request.start, now, request.practitioner)
        if reason is not None:
            raise InvalidArguments(reason)
        async with self._database.reading() as uow:
            known = await uow.appointments.by_key(request.key)
            # A process that was killed before it could record what it had booked leaves the call
            # to another one, which asks under another key.
            known = known or await _made_in_this_call(uow, request)
        if known is not None:
            return _still_booked(known)
        for _ in range(MOST_TRIES):
            slot = await self._free_slot(request, now)
            try:
                booked = await self._add(request, slot)
            except SlotTaken:
                continue  # Somebody was quicker; another practitioner may be free then.
            return await self._written(practice, _still_booked(booked))
        raise SlotTaken(TAKEN)

    async def move(
        self,
        practice: Practice,
        appointment: Appointment,
        start: datetime,
        now: datetime,
        *,
        call_sid: str,
        actor: str = "receptionist",
    ) -> Appointment:
        """With the same practitioner. Raises `InvalidArguments`, `SlotTaken`, `NotFound`."""
        service, person = service_of(appointment, practice), appointment.practitioner
        reason = refusal(practice, service, start, now, person)
        if reason is not None:
            raise InvalidArguments(reason)
        if start == appointment.start:
            return appointment
        async with self._database.reading() as uow:
            busy = await self._known(uow, practice, start, now, [call_sid], appointment)
        slot = await self._undisturbed(practice, slot_at(practice, service, start, person, busy))
        if slot is None:
            raise SlotTaken(TAKEN)
        async with self._changing(practice, call_sid) as uow:
            before = await uow.appointments.get(appointment.id) or appointment
            moved = await uow.appointments.move(appointment.id, slot)
            await self._follow_up.moved(uow, practice, moved, self._clock(), before=before)
            await _audit(uow, actor, "appointment.moved", moved, call_sid)
        return await self._written(practice, moved)

    async def cancel(
        self, appointment_id: str, by: CancelledBy, *, call_sid: str, actor: str = "receptionist"
    ) -> Appointment:
        """Cancelling twice is the same as once. Raises `NotFound`."""
        async with self._database.transaction() as uow:
            found = await uow.appointments.get(appointment_id)
            if found is None:
                raise NotFound("no such appointment")
            if found.status == "cancelled":
                return found
            practice = await uow.practices.get(found.practice_id)
            cancelled = await uow.appointments.cancel(appointment_id, by)
            if practice is not None:
                await self._follow_up.cancelled(uow, practice, cancelled, self._clock())
            await _audit(uow, actor, "appointment.cancelled", cancelled, call_sid)
        self._worker.wake()
        return cancelled

    @asynccontextmanager
    async def _changing(self, practice: Practice, call_sid: str) -> AsyncIterator[UnitOfWork]:
        """A transaction in which nothing is in the way that need not be."""
        async with self._database.transaction() as uow:
            await uow.appointments.lock(practice.id)
            await uow.appointments.drop_expired_holds(self._clock(), also_of=call_sid)
            yield uow

    async def _known(
        self,
        uow: UnitOfWork,
        practice: Practice,
        start: datetime,
        now: datetime,
        holders: Collection[str],
        moving: Appointment | None = None,
    ) -> dict[str, list[Interval]]:
        return await known_times(
            uow, practice, start - DAY, start + DAY, now, holders=holders, moving=moving
        )

    async def _add(self, request: BookingRequest, slot: Slot) -> Appointment:
        row = _row(request, slot)
        async with self._changing(request.practice, request.call_sid) as uow:
            await self._take_offer(uow, request, slot)
            booked = await uow.appointments.add(row)
            if booked.id == row.id:  # Else the same request was quicker than itself.
                await self._follow_up.booked(uow, request.practice, booked, self._clock())
                await _audit(uow, request.actor, "appointment.booked", booked, request.call_sid)
        return booked

    async def _take_offer(self, uow: UnitOfWork, request: BookingRequest, slot: Slot) -> None:
        """Whoever was texted a time that is free, and calls instead of answering, gets it."""
        offer = await open_offer(uow, request.practice, request.phone, self._clock())
        if offer is None or offer.offered_practitioner != slot.practitioner:
            return
        if offer.offered_start == slot.start:
            await uow.appointments.release_holds(holder(offer))
            await uow.waiting_list.update(replace(offer, status="booked"))

    async def _free_slot(self, request: BookingRequest, now: datetime) -> Slot:
        """Free by our records and by the vendor's calendar; raises `SlotTaken`."""
        practice, service, start = request.practice, request.service, request.start
        async with self._database.reading() as uow:
            holders = await _holders(uow, practice, request.call_sid, request.phone, now)
            busy = await self._known(uow, practice, start, now, holders)
        while slot := slot_at(practice, service, start, request.practitioner, busy):
            if await self._undisturbed(practice, slot):
                return slot
            busy.setdefault(slot.practitioner, []).append(Interval(slot.start, slot.end))
        raise SlotTaken(TAKEN)

    async def _undisturbed(self, practice: Practice, slot: Slot | None) -> Slot | None:
        """The slot, unless somebody has put something there by hand meanwhile."""
        if slot is None:
            return None
        wanted = Interval(slot.start, slot.end)
        is_free = await self._taken.still_free(practice, slot.practitioner, wanted)
        return slot if is_free else None

    async def _written(self, practice: Practice, changed: Appointment) -> Appointment:
        """What became of it once the vendor's calendar was asked; raises `SlotTaken`.

        Not answered in time, it stands: the outbox goes on, and the caller is texted if need be.
        """
        if not self._follow_up.writes_calendar(practice, changed) or self._taken.is_away:
            self._worker.wake()
            return changed
        await self._worker.run_now(key_of(PUT, changed), self._written_within_s)
        self._worker.wake()
        async with self._database.reading() as uow:
            found = await uow.appointments.get(changed.id)
        if found is None or found.revision == changed.revision:
            return found or changed
        async with self._database.transaction() as uow:
            for notice in (NOTICE_CONFLICT, NOTICE_MOVED):
                await uow.outbox.withdraw(key_of(notice, found), self._clock())
        raise SlotTaken("somebody has just put something else into the calendar there")


def service_of(appointment: Appointment, practice: Practice) -> Service:
    """As offered today; a service that is offered no more keeps the length it was booked with."""
    known = practice.service(appointment.service)
    if known is not None:
        return known
    minutes = int((appointment.end - appointment.start).total_seconds() // 60)
    return Service(appointment.service, minutes)


def _still_booked(appointment: Appointment) -> Appointment:
    if appointment.status != "booked":
        raise SlotTaken("that was booked and has been cancelled since")
    return appointment


async def _holders(
    uow: UnitOfWork, practice: Practice, call_sid: str, phone: str | None, now: datetime
) -> Collection[str]:
    """In whose names a time may be held that this caller can have."""
    offer = await open_offer(uow, practice, phone, now)
    return [call_sid] if offer is None else [call_sid, holder(offer)]


async def _made_in_this_call(uow: UnitOfWork, wanted: BookingRequest) -> Appointment | None:
    """The same person's same service at the same time, whoever the practitioner is."""
    same = await uow.appointments.of_caller(
        wanted.practice.id, date_of_birth=wanted.date_of_birth, phone=wanted.phone
    )
    asked = (wanted.call_sid, wanted.service.name, wanted.start, wanted.caller_name.casefold())
    for found in same:
        made = (found.call_sid, found.service, found.start, found.caller_name.casefold())
        if found.call_sid and made == asked:
            return found
    return None


def _overlap(slot: Slot, appointment: Appointment) -> bool:
    wanted = Interval(slot.start, slot.blocks_until)
    own = Interval(appointment.start, appointment.blocks_until)
    return slot.practitioner == appointment.practitioner and wanted.overlaps(own)


def _row(request: BookingRequest, slot: Slot) -> Appointment:
    return Appointment(
        id=uuid4().hex,
        practice_id=request.practice.id,
        call_sid=request.call_sid,
        service=request.service.name,
        practitioner=slot.practitioner,
        start=slot.start,
        end=slot.end,
        blocks_until=slot.blocks_until,
        caller_name=request.caller_name,
        phone=request.phone,
        date_of_birth=request.date_of_birth,
        status="booked",
        notes=request.notes,
        idempotency_key=request.key,
        units=slot.units,
        link_token=token_urlsafe(24),
    )


async def _audit(
    uow: UnitOfWork, actor: str, action: str, appointment: Appointment, call_sid: str
) -> None:
    await uow.audit.append(
        actor=actor,
        action=action,
        subject=f"appointment:{appointment.id}",
        detail={"call_sid": call_sid},
    )
