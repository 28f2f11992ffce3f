"""When a practice is open, in its own zone, over every change of the clocks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from receptionist.domain.practice import WEEKDAYS, Practice, Practitioner, TimeRange

SEARCHED_DAYS = 60


@dataclass(frozen=True, slots=True)
class Interval:
    """Aware datetimes, `end` excluded."""

    start: datetime
    end: datetime

    def overlaps(self, other: "Interval") -> bool:
        """Whether they share a moment."""
        return self.start < other.end and other.start < self.end

    def common(self, other: "Interval") -> "Interval | None":
        """What both hold."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Interval(start, end) if start < end else None


def local(practice: Practice, day: date, at: time) -> datetime:
    """That wall-clock time in the practice's zone.

    A time that the clocks skip becomes the moment they skip to; of a time that
    comes twice the first is meant.
    """
    wall = datetime.combine(day, at, tzinfo=practice.zone)
    # Through UTC and back: a skipped time comes out as a real one.
    return wall.astimezone(UTC).astimezone(practice.zone)


def open_on(practice: Practice, day: date) -> list[Interval]:
    """The day's opening times; empty when closed."""
    if day in practice.closed:
        return []
    return _intervals(practice, day, practice.hours.get(WEEKDAYS[day.weekday()], ()))


def working_hours(practice: Practice, person: Practitioner, day: date) -> list[Interval]:
    """When that person sees callers: the practice is open, and they are there."""
    opening = open_on(practice, day)
    if any(day in leave for leave in person.leave):
        return []
    if person.hours is None:
        return opening
    own = _intervals(practice, day, person.hours.get(WEEKDAYS[day.weekday()], ()))
    return [common for o in opening for p in own if (common := o.common(p)) is not None]


def _intervals(practice: Practice, day: date, ranges: Sequence[TimeRange]) -> list[Interval]:
    found = [
        Interval(local(practice, day, r.opens), local(practice, day, r.closes)) for r in ranges
    ]
    return [interval for interval in found if interval.start < interval.end]


def is_open(practice: Practice, at: datetime) -> bool:
    """Whether somebody is there at that moment."""
    day = at.astimezone(practice.zone).date()
    return any(interval.start <= at < interval.end for interval in open_on(practice, day))


def open_days(practice: Practice, first: date, days: int) -> Iterator[date]:
    """The days with opening hours among `days` days from `first`."""
    for offset in range(days):
        day = first + timedelta(days=offset)
        if open_on(practice, day):
            yield day


def next_open_day(practice: Practice, after: date) -> date | None:
    """The first open day after that one, within two months."""
    return next(open_days(practice, after + timedelta(days=1), SEARCHED_DAYS), None)


def clock(at: datetime) -> str:
    """ "8:30 AM", "5 PM"."""
    hour = at.hour % 12 or 12
    half = "AM" if at.hour < 12 else "PM"
    return f"{hour}:{at.minute:02d} {half}" if at.minute else f"{hour} {half}"


def day_name(day: date, today: date) -> str:
    """ "today", "tomorrow", or "Friday, November 27th"."""
    if day == today:
        return "today"
    if day == today + timedelta(days=1):
        return "tomorrow"
    return f"{day:%A}, {day:%B} {ordinal(day.day)}"


def ordinal(number: int) -> str:
    """ "1st", "22nd"."""
    if 10 <= number % 100 <= 20:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def describe_day(practice: Practice, day: date, today: date) -> str:
    """A sentence about one day."""
    name = day_name(day, today)
    intervals = open_on(practice, day)
    if intervals:
        spans = " and ".join(f"from {clock(i.start)} to {clock(i.end)}" for i in intervals)
        return f"We're open {name} {spans}."
    following = next_open_day(practice, max(day, today))
    if following is None:
        return f"We're closed {name}."
    return f"We're closed {name}. {describe_day(practice, following, today)}"


def describe_week(practice: Practice) -> str:
    """A sentence about the week; neighbouring days with the same hours are taken together."""
    groups: list[tuple[list[str], str]] = []
    for name in WEEKDAYS:
        spans = " and ".join(
            f"{clock(datetime.combine(date.min, r.opens))} to "
            f"{clock(datetime.combine(date.min, r.closes))}"
            for r in practice.hours.get(name, ())
        )
        if groups and groups[-1][1] == spans:
            groups[-1][0].append(name)
        else:
            groups.append(([name], spans))
    parts = [f"{_days(days)} from {spans}" for days, spans in groups if spans]
    if not parts:
        return "We have no regular opening hours."
    return f"We're open {', and '.join(parts)}."


def _days(names: list[str]) -> str:
    first, last = names[0].capitalize(), names[-1].capitalize()
    return first if len(names) == 1 else f"{first} to {last}"
