"""One person's day as staff see it: what is booked, held, taken by hand, and free.

Pure: appointments and what people put into their own calendars are arguments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from receptionist.domain.opening_hours import Interval, local, open_on, working_hours
from receptionist.domain.practice import Practice, Practitioner
from receptionist.ports.follow_up import CalendarBlock
from receptionist.ports.records import Appointment

Kind = Literal["booked", "held", "busy", "free"]
STAFF = "staff:"
"""What the `call_sid` of a change by hand begins with."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A stretch of somebody's day, in the practice's zone."""

    kind: Kind
    start: datetime
    end: datetime
    person: str
    appointment: Appointment | None = None

    @property
    def held_for(self) -> str:
        """Who is deciding on it."""
        sid = (self.appointment.call_sid if self.appointment else None) or ""
        return sid.removeprefix(STAFF) if sid.startswith(STAFF) else "a caller"


@dataclass(frozen=True, slots=True)
class Day:
    """A column of the calendar."""

    person: str
    day: date
    entries: Sequence[Entry]
    closed: str = ""
    """Why nobody is seen that day; empty when somebody is."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known to be taken in the days that are shown."""

    appointments: Sequence[Appointment]
    blocks: Sequence[CalendarBlock]


def people_of(practice: Practice, known: Known) -> Sequence[str]:
    """Everybody who has a day: those who work here, and whoever still has appointments."""
    names = [person.name for person in practice.practitioners] or [practice.name]
    return list(dict.fromkeys((*names, *(row.practitioner for row in known.appointments))))


def day_of(practice: Practice, name: str, day: date, known: Known, now: datetime) -> Day:
    """In order of time; free stretches only where something can still begin."""
    person = practice.practitioner(name) or Practitioner(name)
    whole = Interval(local(practice, day, time()), local(practice, day + timedelta(days=1), time()))
    taken = [*_appointments(practice, name, whole, known), *_blocks(practice, person, whole, known)]
    hours = working_hours(practice, person, day)
    is_here = practice.practitioner(name) is not None or name == practice.name
    free = _free(practice, name, hours, taken, now) if is_here else []
    entries = sorted([*taken, *free], key=lambda entry: (entry.start.astimezone(UTC), entry.kind))
    return Day(name, day, entries, _closed(practice, person, day) if not hours else "")


def _appointments(practice: Practice, name: str, whole: Interval, known: Known) -> Sequence[Entry]:
    return [
        Entry(
            "held" if row.status == "held" else "booked",
            row.start.astimezone(practice.zone),
            row.end.astimezone(practice.zone),
            name,
            row,
        )
        for row in known.appointments
        if row.practitioner == name and whole.overlaps(Interval(row.start, row.end))
    ]


def _blocks(
    practice: Practice, person: Practitioner, whole: Interval, known: Known
) -> Sequence[Entry]:
    shared = (
        whole.common(Interval(block.start, block.end))
        for block in known.blocks
        if person.calendar is not None and block.calendar_id == person.calendar
    )
    return [
        Entry(
            "busy", i.start.astimezone(practice.zone), i.end.astimezone(practice.zone), person.name
        )
        for i in shared
        if i is not None
    ]


def _free(
    practice: Practice,
    name: str,
    hours: Sequence[Interval],
    taken: Sequence[Entry],
    now: datetime,
) -> Sequence[Entry]:
    step = timedelta(minutes=practice.booking.slot_minutes)
    blocked = sorted((_until_free(entry) for entry in taken), key=lambda i: i.start)
    found: list[Entry] = []
    for interval in hours:
        at, end = interval.start.astimezone(UTC), interval.end.astimezone(UTC)
        while at <= now and at < end:
            at += step
        for one in blocked:
            if at + step <= min(one.start, end):
                found.append(_entry(practice, name, at, min(one.start, end)))
            at = max(at, one.end)
        if at + step <= end:
            found.append(_entry(practice, name, at, end))
    return found


def _entry(practice: Practice, name: str, start: datetime, end: datetime) -> Entry:
    return Entry("free", start.astimezone(practice.zone), end.astimezone(practice.zone), name)


def _until_free(entry: Entry) -> Interval:
    row = entry.appointment
    end = row.blocks_until if row is not None else entry.end
    return Interval(entry.start.astimezone(UTC), end.astimezone(UTC))


def _closed(practice: Practice, person: Practitioner, day: date) -> str:
    if not open_on(practice, day):
        return "Closed"
    return "Away" if any(day in leave for leave in person.leave) else "Not here"
