"""Why a time cannot be had, named for staff: what is in the way, and what is free instead."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from receptionist.admin.calendar_day import STAFF
from receptionist.admin.room import StaffRoom
from receptionist.domain.booking import Slot, Wish, people_for
from receptionist.domain.opening_hours import Interval
from receptionist.domain.practice import Practice, Service
from receptionist.ports.records import Appointment, UnitOfWork
from receptionist.ports.staff import Account

SOMETHING = "Somebody has just put something else into the calendar there."
LONGEST_SID = 64


def by_hand(who: Account) -> str:
    """The `call_sid` of what somebody changes by hand."""
    return f"{STAFF}{who.username}"[:LONGEST_SID]


def refused(reason: str) -> str:
    """A refusal of the booking rules as a sentence; what follows it is meant for callers."""
    sentence = reason.partition(";")[0].rstrip(".")
    return f"{sentence[:1].upper()}{sentence[1:]}."


async def conflicts(
    room: StaffRoom,
    practice: Practice,
    service: Service,
    start: datetime,
    person: str | None,
    *,
    who: Account,
    moving: Appointment | None = None,
) -> str:
    """What stands in the way of that time."""
    end = start + timedelta(minutes=service.minutes + service.buffer_minutes)
    wanted = Interval(start, end)
    able = [person] if person else people_for(practice, service)
    units = {unit for name in service.resources for unit in practice.units_of(name)}
    async with room.looking(who, "calendar") as uow:
        rows = await uow.appointments.busy(practice.id, start, end, room.now())
        found = [
            _named(row, practice)
            for row in rows
            if (row.practitioner in able or units.intersection(row.units))
            and not (moving is not None and row.id == moving.id)
            and not (row.status == "held" and row.call_sid == by_hand(who))
        ]
        found += await _by_hand(uow, practice, able, wanted)
    return " ".join(found) or SOMETHING


def _named(row: Appointment, practice: Practice) -> str:
    when = _span(row.start, row.end, practice)
    where = (
        f", in {' and '.join(unit.partition(' #')[0] for unit in row.units)}" if row.units else ""
    )
    if row.status == "held":
        return f"A caller is deciding on {when} with {row.practitioner}{where}."
    return f"{row.practitioner} has {row.service} with {row.caller_name} {when}{where}."


async def _by_hand(
    uow: UnitOfWork, practice: Practice, able: Sequence[str], wanted: Interval
) -> Sequence[str]:
    by_id = {p.calendar: p.name for p in practice.practitioners if p.calendar and p.name in able}
    if not by_id:
        return []
    return [
        f"{by_id[block.calendar_id]} is busy {_span(block.start, block.end, practice)}, "
        "by their own calendar."
        for block in await uow.calendar_feeds.blocks(list(by_id), wanted.start, wanted.end)
    ]


def _span(start: datetime, end: datetime, practice: Practice) -> str:
    first, last = start.astimezone(practice.zone), end.astimezone(practice.zone)
    return f"{first:%H:%M} to {last:%H:%M}"


async def instead(
    room: StaffRoom,
    practice: Practice,
    service: Service,
    day: date,
    person: str | None,
    *,
    who: Account,
    moving: Appointment | None = None,
) -> Sequence[Slot]:
    """Free times near that day, held for whoever asks for a few minutes."""
    now = room.now().astimezone(practice.zone)
    wish = Wish(service, max(day, now.date()), max(day, now.date()), person)
    return await room.desk.book.offers(practice, wish, now, call_sid=by_hand(who), moving=moving)
