"""What a change of the settings leaves behind: promises that no longer fit, closed calendars."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from receptionist.admin.forms import Filled
from receptionist.admin.room import StaffRoom
from receptionist.admin.settings_draft import Draft, Place
from receptionist.admin.views import clock
from receptionist.domain.opening_hours import Interval, working_hours
from receptionist.domain.practice import Practice
from receptionist.errors import ProviderError
from receptionist.ports.records import Appointment, UnitOfWork

AHEAD = timedelta(days=730)
ASKED_S = 4.0
MOST_NAMED = 5
NAMED_SO = "Another practice has this name."
BOOKED_UNDER_IT = "Appointments are booked under the old name. Move or cancel them first."


async def warnings(room: StaffRoom, before: Practice, after: Practice) -> Sequence[str]:
    """One sentence for each thing a person has to see to."""
    now = room.now()
    async with room.database.reading() as uow:
        booked = await uow.appointments.busy(before.id, now, now + AHEAD, now)
        others = [each for each in await uow.practices.all() if each.id != before.id]
    return [
        *_left_behind(before, after, booked),
        *_taken_over(after, others),
        *await _calendars(room, before, after),
    ]


async def unless_named_so(uow: UnitOfWork, draft: Draft) -> Draft:
    """The draft, refused when another practice has its name."""
    wanted = draft.practice
    if wanted is None or not await is_named_so(uow, wanted):
        return draft
    return Draft(None, Filled(draft.filled.values, {"name": NAMED_SO}))


async def is_named_so(uow: UnitOfWork, wanted: Practice) -> bool:
    """Whether another practice has that name."""
    return any(
        each.name == wanted.name and each.id != wanted.id for each in await uow.practices.all()
    )


async def unless_promised(
    uow: UnitOfWork, before: Practice, draft: Draft, place: Place, now: datetime
) -> Draft:
    """The draft, refused when it renames somebody or something that is booked.

    What is booked is booked under the old name: under the new one it would count as free.
    """
    if draft.practice is None:
        return draft
    old, new = _names(before, place), _names(draft.practice, place)
    gone = set(old) - set(new)
    if len(old) != len(new) or not gone:
        return draft
    for row in await uow.appointments.busy(before.id, now, now + AHEAD, now):
        whose = {row.practitioner, *(unit.rpartition(" #")[0] for unit in row.units)}
        if whose & gone:
            problems = {"name": BOOKED_UNDER_IT}
            return Draft(None, Filled(draft.filled.values, problems))
    return draft


def _names(practice: Practice, place: Place) -> Sequence[str]:
    match place.part.name:
        case "people":
            return [person.name for person in practice.practitioners]
        case "practice" if not practice.practitioners:
            # Where nobody is named, the practice itself is who is booked.
            return [practice.name]
        case "resources":
            return [resource.name for resource in practice.resources]
    return ()


def _left_behind(before: Practice, after: Practice, booked: Sequence[Appointment]) -> Sequence[str]:
    misfits = [
        row
        for row in booked
        if row.status == "booked" and _fits(before, row) and not _fits(after, row)
    ]
    if not misfits:
        return []
    when = ", ".join(_named(row, after) for row in misfits[:MOST_NAMED])
    more = f" and {len(misfits) - MOST_NAMED} more" if len(misfits) > MOST_NAMED else ""
    some = "One appointment stays" if len(misfits) == 1 else f"{len(misfits)} appointments stay"
    return [f"{some} where nobody would be booked any more: {when}{more}. Move or cancel by hand."]


def _taken_over(after: Practice, others: Sequence[Practice]) -> Sequence[str]:
    return [
        f"{number} is answered as {each.name} now, and would be answered as {after.name}."
        for each in others
        for number in each.numbers
        if number in after.numbers
    ]


def _named(row: Appointment, practice: Practice) -> str:
    return f"{clock(row.start, practice.zone)} with {row.practitioner}"


def _fits(practice: Practice, row: Appointment) -> bool:
    """Whether that person is there then, and so are the rooms and machines it takes."""
    person = practice.practitioner(row.practitioner)
    if person is None and row.practitioner != practice.name:
        return False
    units = {unit for resource in practice.resources for unit in resource.units}
    if not units.issuperset(row.units):
        return False
    return person is None or _within(
        working_hours(practice, person, _day(practice, row).date()), row
    )


def _day(practice: Practice, row: Appointment) -> datetime:
    return row.start.astimezone(practice.zone)


def _within(hours: Sequence[Interval], row: Appointment) -> bool:
    return any(i.start <= row.start and row.end <= i.end for i in hours)


async def _calendars(room: StaffRoom, before: Practice, after: Practice) -> Sequence[str]:
    """A calendar that is named anew and closed to us, with how to share it."""
    known = {person.calendar for person in before.practitioners}
    named = [p.calendar for p in after.practitioners if p.calendar and p.calendar not in known]
    if not named:
        return []
    if not room.calendar.external:
        return ["No Google calendar is connected here: appointments stay in the built-in one."]
    try:
        async with asyncio.timeout(ASKED_S):
            wrong = await room.calendar.check(named)
    except (ProviderError, TimeoutError):
        return ["Google did not answer: whether the calendar is shared with us is not known."]
    return [
        f"{words}. Until then {name} counts as busy all the time." for name, words in wrong.items()
    ]
