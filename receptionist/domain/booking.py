"""Which times can be booked, and why others cannot.

Pure: what is already taken is an argument. The database has the last word on
overlap; this decides what is offered and what may be asked of it. Lengths are
added in UTC, so that an appointment is as long on the day the clocks change.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain, islice
from typing import Literal

from receptionist.domain.occupied import Occupied
from receptionist.domain.opening_hours import (
    Interval,
    clock,
    day_name,
    describe_day,
    open_on,
    working_hours,
)
from receptionist.domain.practice import Practice, Practitioner, Service

PartOfDay = Literal["morning", "afternoon", "evening"]
PARTS: Mapping[str, tuple[time, time]] = {
    "morning": (time(0), time(12)),
    "afternoon": (time(12), time(17)),
    "evening": (time(17), time.max),
}
OFFERS = 3
SEARCHED_DAYS = 30

Busy = Mapping[str, Sequence[Interval]]
"""Taken times (buffers included) by practitioner and by unit of a resource."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that can be booked. `blocks_until` includes the service's buffer.

    `units` are the rooms and machines it takes as well.
    """

    start: datetime
    end: datetime
    blocks_until: datetime
    practitioner: str
    units: tuple[str, ...] = ()

    @property
    def moment(self) -> datetime:
        """The start in UTC: where clocks go back a wall time comes twice, and compares equal."""
        return self.start.astimezone(UTC)

    def spoken(self, today: date) -> str:
        """ "Tuesday, November 24th at 10:30 AM with Dr. Lee"."""
        return (
            f"{day_name(self.start.date(), today)} at {clock(self.start)} with {self.practitioner}"
        )

    def collides(self, other: "Slot") -> bool:
        """Whether one person would have to be at both."""
        return self.practitioner == other.practitioner and _blocked(self).overlaps(_blocked(other))


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller asked for. Days are local and both included.

    A start at `earliest` fits ("after four" is a wish from 16:00), one at `latest` does not.
    """

    service: Service
    first: date
    last: date
    practitioner: str | None = None
    part_of_day: PartOfDay | None = None
    earliest: time = time.min
    latest: time = time.max
    without: tuple[str, ...] = ()
    """Practitioners the caller does not want."""
    gone: datetime | None = None
    """A start that was refused a moment ago; whoever looks for free times may not know yet."""

    def fits(self, start: datetime) -> bool:
        """Whether the caller would take that start."""
        if start == self.gone:
            return False
        begins, ends = PARTS.get(self.part_of_day or "", (time.min, time.max))
        return max(begins, self.earliest) <= start.time() < min(ends, self.latest)

    def wider(self, days: int) -> "Wish":
        """The same over more days, at any time of the day."""
        last = self.first + timedelta(days=days)
        return replace(self, last=last, part_of_day=None, earliest=time.min, latest=time.max)


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
    return list(chain.from_iterable(free_days(practice, wish, busy, now)))


def best_offers(practice: Practice, wish: Wish, busy: Busy, now: datetime) -> list[Slot]:
    """At most three: of the wished days, or else of the next day that has any."""
    found = list(islice(free_days(practice, wish, busy, now), OFFERS))
    if not found:
        wider = free_days(practice, wish.wider(SEARCHED_DAYS), busy, now)
        found = list(islice(wider, 1))
    return offers(list(chain.from_iterable(found)))


def free_days(practice: Practice, wish: Wish, busy: Busy, now: datetime) -> Iterator[list[Slot]]:
    """The bookable starts of each wished day that has any, day by day as they are asked for."""
    earliest, latest = bookable(practice, wish.service, now)
    calendar = _Calendar(practice, wish, busy)
    window = max(earliest.timestamp(), now.timestamp() + 1), latest.timestamp()
    day = max(wish.first, earliest.astimezone(practice.zone).date())
    last = min(wish.last, latest.astimezone(practice.zone).date())
    while day <= last:
        found = calendar.free_on(day, *window)
        if found:
            yield found
        day += timedelta(days=1)


def offers(slots: Sequence[Slot]) -> list[Slot]:
    """At most three, spread over days, times and people rather than three in a row."""
    if not slots:
        return []
    by_start: dict[datetime, Slot] = {}
    for slot in slots:
        by_start.setdefault(slot.moment, slot)
    starts = list(by_start.values())
    days = sorted({slot.start.date() for slot in starts})
    if len(days) >= OFFERS:
        # Of the first day its first time, of the next one around midday, of the third its last.
        each = [[s for s in starts if s.start.date() == day] for day in days[:OFFERS]]
        return [day[number * (len(day) - 1) // (OFFERS - 1)] for number, day in enumerate(each)]
    if len(starts) > OFFERS:
        starts = [starts[0], starts[len(starts) // 2], starts[-1]]
    chosen: list[Slot] = []
    for slot in starts:
        if not any(slot.collides(other) for other in chosen):
            chosen.append(slot)
    return chosen


def slot_at(
    practice: Practice, service: Service, start: datetime, person: str | None, busy: Busy
) -> Slot | None:
    """The slot that begins just then, with that person or whoever is free first."""
    length = timedelta(minutes=service.minutes)
    wish = Wish(service, start.date(), start.date(), person)
    calendar = _Calendar(practice, wish, busy)
    for name in [person] if person else people_for(practice, service):
        if _within(_hours_of(practice, name, start.date()), start, length):
            slot = calendar.free_at(start.timestamp(), name)
            if slot is not None:
                return slot
    return None


def refusal(
    practice: Practice, service: Service, start: datetime, now: datetime, person: str | None = None
) -> str | None:
    """Why nothing can begin then, whoever is free (or that person); None when it can."""
    earliest, latest = bookable(practice, service, now)
    if start <= now:
        return f"that time is in the past; it is now {now.isoformat(timespec='minutes')}"
    if start < earliest:
        return (
            f"{service.name} is booked at least {_lead(practice, service)} minutes ahead; "
            f"the earliest start is {earliest.isoformat(timespec='minutes')}"
        )
    if start > latest:
        return f"that is more than {_horizon(practice, service)} days ahead; offer an earlier day"
    intervals = open_on(practice, start.date())
    if not intervals:
        return describe_day(practice, start.date(), now.date())
    if not _within(intervals, start, timedelta(minutes=service.minutes)):
        hours = describe_day(practice, start.date(), now.date())
        return f"{service.name} takes {service.minutes} minutes and does not fit then. {hours}"
    able = [person] if person else people_for(practice, service)
    length = timedelta(minutes=service.minutes)
    if not any(_within(_hours_of(practice, name, start.date()), start, length) for name in able):
        return f"{' and '.join(able)} cannot see anybody then; check availability for other times"
    return None


def bookable(practice: Practice, service: Service, now: datetime) -> tuple[datetime, datetime]:
    """The first and the last moment at which this service may begin."""
    lead = timedelta(minutes=_lead(practice, service))
    horizon = timedelta(days=_horizon(practice, service))
    return now + lead, now + horizon


def _lead(practice: Practice, service: Service) -> int:
    own = service.lead_minutes
    return practice.booking.lead_minutes if own is None else own


def _horizon(practice: Practice, service: Service) -> int:
    own = service.horizon_days
    return practice.booking.horizon_days if own is None else own


def _hours_of(practice: Practice, name: str, day: date) -> list[Interval]:
    person = practice.practitioner(name) or Practitioner(name)
    return working_hours(practice, person, day)


def _within(intervals: Sequence[Interval], start: datetime, length: timedelta) -> bool:
    at = start.astimezone(UTC)
    return any(i.start <= at and at + length <= i.end.astimezone(UTC) for i in intervals)


class _Calendar:
    """One search: what is asked of each day is worked out once.

    Seconds since 1970 inside, because a month has thousands of starts to look at.
    """

    def __init__(self, practice: Practice, wish: Wish, busy: Busy) -> None:
        self._practice = practice
        self._wish = wish
        self._zone = practice.zone
        self._length = 60.0 * wish.service.minutes
        self._blocked = self._length + 60.0 * wish.service.buffer_minutes
        self._step = 60.0 * practice.booking.slot_minutes
        able = people_for(practice, wish.service)
        self._people = [
            name for name in able if name not in wish.without and wish.practitioner in (None, name)
        ]
        units = [unit for name in wish.service.resources for unit in practice.units_of(name)]
        self._occupied = {name: Occupied(busy.get(name, ())) for name in (*self._people, *units)}

    def free_on(self, day: date, earliest: float, latest: float) -> list[Slot]:
        """In order of time, and of people where the time is the same."""
        found = [
            (at, order, slot)
            for order, person in enumerate(self._people)
            for hours in _hours_of(self._practice, person, day)
            for at in self._starts(hours)
            if earliest <= at <= latest and (slot := self.free_at(at, person)) is not None
        ]
        found.sort(key=lambda each: each[:2])
        return [slot for _, _, slot in found if self._wish.fits(slot.start)]

    def free_at(self, at: float, person: str) -> Slot | None:
        """The slot that begins then, with a unit of each resource it needs."""
        until = at + self._blocked
        if self._occupied[person].overlaps(at, until):
            return None
        units: list[str] = []
        for resource in self._wish.service.resources:
            candidates = (u for u in self._practice.units_of(resource) if u not in units)
            unit = next((u for u in candidates if not self._occupied[u].overlaps(at, until)), None)
            if unit is None:
                return None
            units.append(unit)
        start, end, free = (
            datetime.fromtimestamp(moment, self._zone) for moment in (at, at + self._length, until)
        )
        return Slot(start, end, free, person, tuple(units))

    def _starts(self, hours: Interval) -> Iterator[float]:
        at, end = hours.start.timestamp(), hours.end.timestamp()
        while at + self._length <= end:
            yield at
            at += self._step


def _blocked(slot: Slot) -> Interval:
    return Interval(slot.moment, slot.blocks_until.astimezone(UTC))


def _name_words(name: str) -> set[str]:
    words = {word.strip(".,").casefold() for word in name.split()}
    return words - {"dr", "doctor", "mr", "mrs", "ms", "the"}
