"""Which times can be booked, and why others cannot.

Pure: what is already taken is an argument. The database has the last word on
overlap; this decides what is offered and what may be asked of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from receptionist.domain.opening_hours import (
    Interval,
    clock,
    day_name,
    describe_day,
    open_on,
)
from receptionist.domain.practice import Practice, Service

PartOfDay = Literal["morning", "afternoon", "evening"]
PARTS: Mapping[str, tuple[time, time]] = {
    "morning": (time(0), time(12)),
    "afternoon": (time(12), time(17)),
    "evening": (time(17), time(23, 59)),
}
STEP = timedelta(minutes=15)
HORIZON = timedelta(days=180)
OFFERS = 3

Busy = Mapping[str, Sequence[Interval]]
"""Taken times (buffers included) by practitioner."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that can be booked. `blocks_until` includes the service's buffer."""

    start: datetime
    end: datetime
    blocks_until: datetime
    practitioner: str

    def spoken(self, today: date) -> str:
        """ "Tuesday, November 24th at 10:30 AM with Dr. Lee"."""
        return (
            f"{day_name(self.start.date(), today)} at {clock(self.start)} with {self.practitioner}"
        )


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller asked for. Days are local and both included."""

    service: Service
    first: date
    last: date
    practitioner: str | None = None
    part_of_day: PartOfDay | None = None


def people_for(practice: Practice, service: Service) -> list[str]:
    """Who does this service; the practice itself where nobody is named at all."""
    everyone = [person.name for person in practice.practitioners] or [practice.name]
    return [name for name in everyone if name in service.practitioners] or everyone


def find_person(practice: Practice, name: str) -> str | None:
    """The practitioner meant by a name or a part of it ("Lee", "doctor lee")."""
    wanted = _name_words(name)
    for person in practice.practitioners:
        if wanted and wanted <= _name_words(person.name):
            return person.name
    return None


def free_slots(practice: Practice, wish: Wish, busy: Busy, now: datetime) -> list[Slot]:
    """Every bookable start of the wished days, in order of time."""
    found: list[Slot] = []
    people = people_for(practice, wish.service)
    if wish.practitioner is not None:
        people = [name for name in people if name == wish.practitioner]
    day = max(wish.first, now.date())
    last = min(wish.last, (now + HORIZON).date())
    while day <= last:
        for interval in open_on(practice, day):
            found += _in_interval(interval, wish, people, busy, now)
        day += timedelta(days=1)
    return sorted(found, key=lambda slot: (slot.start, people.index(slot.practitioner)))


def offers(slots: Sequence[Slot]) -> list[Slot]:
    """At most three, spread over days, times and people rather than three in a row."""
    if not slots:
        return []
    by_start: dict[datetime, Slot] = {}
    for slot in slots:
        by_start.setdefault(slot.start, slot)
    starts = list(by_start.values())
    if len(starts) <= OFFERS:
        return starts
    days = sorted({slot.start.date() for slot in starts})
    if len(days) >= OFFERS:
        return [next(s for s in starts if s.start.date() == day) for day in days[:OFFERS]]
    return [starts[0], starts[len(starts) // 2], starts[-1]]


def slot_at(
    practice: Practice, service: Service, start: datetime, person: str | None, busy: Busy
) -> Slot | None:
    """The slot that begins just then, with that person or whoever is free first."""
    for name in [person] if person else people_for(practice, service):
        slot = _slot(service, start, name)
        if not _is_taken(slot, busy):
            return slot
    return None


def refusal(practice: Practice, service: Service, start: datetime, now: datetime) -> str | None:
    """Why nothing can begin then, whoever is free; None when it can."""
    if start <= now:
        return f"that time is in the past; it is now {now.isoformat(timespec='minutes')}"
    if start > now + HORIZON:
        return f"that is more than {HORIZON.days} days ahead; offer an earlier day"
    intervals = open_on(practice, start.date())
    if not intervals:
        return describe_day(practice, start.date(), now.date())
    end = start + timedelta(minutes=service.minutes)
    if not any(interval.start <= start and end <= interval.end for interval in intervals):
        hours = describe_day(practice, start.date(), now.date())
        return f"{service.name} takes {service.minutes} minutes and does not fit then. {hours}"
    return None


def _in_interval(
    interval: Interval, wish: Wish, people: Sequence[str], busy: Busy, now: datetime
) -> list[Slot]:
    found: list[Slot] = []
    start, length = interval.start, timedelta(minutes=wish.service.minutes)
    while start + length <= interval.end:
        if start > now and _in_part(start, wish.part_of_day):
            made = (_slot(wish.service, start, name) for name in people)
            found += [slot for slot in made if not _is_taken(slot, busy)]
        start += STEP
    return found


def _slot(service: Service, start: datetime, name: str) -> Slot:
    end = start + timedelta(minutes=service.minutes)
    return Slot(start, end, end + timedelta(minutes=service.buffer_minutes), name)


def _is_taken(slot: Slot, busy: Busy) -> bool:
    wanted = Interval(slot.start, slot.blocks_until)
    return any(wanted.overlaps(taken) for taken in busy.get(slot.practitioner, ()))


def _in_part(start: datetime, part: PartOfDay | None) -> bool:
    if part is None:
        return True
    begins, ends = PARTS[part]
    return begins <= start.time() < ends


def _name_words(name: str) -> set[str]:
    words = {word.strip(".,").casefold() for word in name.split()}
    return words - {"dr", "doctor", "mr", "mrs", "ms", "the"}
