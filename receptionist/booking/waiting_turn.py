"""Whose turn it is when a time has become free, and how long they have to answer.

Decides only; the offer itself is made by `waiting`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from receptionist.booking.taken import known_times
from receptionist.domain.booking import Slot, Wish, bookable, refusal, slot_at
from receptionist.domain.practice import Practice, Service
from receptionist.ports.follow_up import Waiting
from receptionist.ports.records import Appointment, UnitOfWork

DAY = timedelta(days=1)
SHORTEST = timedelta(minutes=2)
"""Less time to answer than this is no offer."""
WAKING, SLEEPING = time(8), time(21)


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is asked, about what, and until when it is theirs."""

    waiting: Waiting
    service: Service
    slot: Slot
    until: datetime


async def choose(
    uow: UnitOfWork, practice: Practice, freed: Appointment, asked: Collection[str], now: datetime
) -> Choice | None:
    """Who has waited longest of those whom this time suits and were not `asked` yet."""
    busy = await known_times(uow, practice, freed.start - DAY, freed.start + DAY, now)
    start = freed.start.astimezone(practice.zone)
    for waiting in await uow.waiting_list.open(practice.id):
        service = practice.service(waiting.service)
        if waiting.id in asked or is_open(waiting, now) or service is None:
            continue
        if not _suits(waiting, service, start, freed.practitioner):
            continue
        here = now.astimezone(practice.zone)
        if refusal(practice, service, start, here, freed.practitioner) is not None:
            continue
        slot = slot_at(practice, service, start, freed.practitioner, busy)
        until = _open_until(practice, service, start, here)
        if slot is not None and until - now >= SHORTEST:
            return Choice(waiting, service, slot, until)
    return None


def holder(waiting: Waiting) -> str:
    """In whose name a time is held for somebody on the list, and booked when they want it."""
    return f"waiting:{waiting.id}"


def is_open(waiting: Waiting, now: datetime) -> bool:
    """Whether a time is being held for them."""
    until = waiting.offered_until
    return waiting.status == "offered" and until is not None and now < until


def _suits(waiting: Waiting, service: Service, start: datetime, practitioner: str) -> bool:
    wish = Wish(service, waiting.first_day, waiting.last_day, part_of_day=waiting.part_of_day)
    if not waiting.first_day <= start.date() <= waiting.last_day or not wish.fits(start):
        return False
    able = not service.practitioners or practitioner in service.practitioners
    return able and waiting.practitioner in (None, practitioner)


def _open_until(practice: Practice, service: Service, start: datetime, now: datetime) -> datetime:
    """A while from now; from the next morning when it is night, since nobody answers then."""
    length = timedelta(minutes=practice.booking.offer_minutes)
    begins = now
    if now.time() >= SLEEPING:
        begins = datetime.combine(now.date() + DAY, WAKING, practice.zone)
    elif now.time() < WAKING:
        begins = datetime.combine(now.date(), WAKING, practice.zone)
    lead = bookable(practice, service, now)[0] - now
    return min(begins + length, start - lead)


async def open_offer(
    uow: UnitOfWork, practice: Practice, phone: str | None, now: datetime
) -> Waiting | None:
    """What is being held for whoever has this number."""
    rows = await uow.waiting_list.of_phone(phone) if phone else ()
    return next((row for row in rows if row.practice_id == practice.id and is_open(row, now)), None)
