"""The calendar by hand: the rules are those that hold for callers, and conflicts have names."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from db import SqlDatabase
from receptionist.domain.practice import (
    WEEKDAYS,
    BookingRules,
    DayRange,
    Practice,
    Practitioner,
    Resource,
    Service,
    TimeRange,
)
from receptionist.ports.calendar import Calendar
from receptionist.ports.follow_up import CalendarBlock
from receptionist.ports.records import Appointment
from tests.admin.clinic import PRACTICE, SCRIPT, Staff, audited, pages_of, room_of

TODAY = datetime.now(UTC).date()
MONDAY = TODAY + timedelta(days=14 - TODAY.weekday())
"""At least a week ahead."""
CLINIC = replace(
    PRACTICE,
    hours=dict.fromkeys(WEEKDAYS[:5], (TimeRange(time(9), time(12)),)),
    practitioners=(
        Practitioner("Dr. Lee", "lee@example.com"),
        Practitioner("Dr. Kim", leave=(DayRange(MONDAY + timedelta(1), MONDAY + timedelta(1)),)),
    ),
    services=(
        Service("Check-up", 30, 15, ("Dr. Lee", "Dr. Kim")),
        Service("X-ray", 15, 0, ("Dr. Lee", "Dr. Kim"), ("X-ray room",)),
    ),
    resources=(Resource("X-ray room"),),
)
TEN = datetime.combine(MONDAY, time(10), CLINIC.zone)


@pytest.fixture
async def practice(database: SqlDatabase) -> Practice:
    async with database.transaction() as uow:
        return replace(CLINIC, id=await uow.practices.save(CLINIC))


def page_of(day: date = MONDAY, **more: str) -> str:
    asked = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/admin/calendar?day={day}{asked}"


def lines(page: str) -> list[tuple[str, str]]:
    """Each line of the calendar: its kind and its words."""
    found = re.findall(r'<li class="entry (\w+)">(.*?)</li>', page, re.DOTALL)
    return [(kind, " ".join(re.sub(r"<[^>]+>", " ", html).split())) for kind, html in found]


async def book(who: Staff, **more: Any) -> Any:
    fields = {
        "service": "Check-up",
        "person": "Dr. Lee",
        "day": MONDAY.isoformat(),
        "time": "10:00",
        "caller_name": "Ana Souza",
        "phone": "(212) 555-0177",
        **more,
    }
    return await who.post("/admin/calendar/book", fields)


async def the_one(database: SqlDatabase) -> Appointment:
    async with database.reading() as uow:
        rows = await uow.appointments.busy(1, TEN - timedelta(1), TEN + timedelta(1), TEN)
    (found,) = [row for row in rows if row.status == "booked"]
    return found


async def test_staff_book_into_the_same_book_as_callers(
    mia: Staff, database: SqlDatabase, practice: Practice
) -> None:
    answer = await book(mia, date_of_birth="1984-03-12", notes="Prefers mornings")

    assert answer.status_code == 303
    row = await the_one(database)
    assert (row.start, row.practitioner, row.caller_name) == (TEN, "Dr. Lee", "Ana Souza")
    assert (row.phone, row.date_of_birth) == ("+12125550177", date(1984, 3, 12))
    assert (row.call_sid, row.notes) == ("staff:mia", "Prefers mornings")
    assert ("mia", "appointment.booked", f"appointment:{row.id}") in await audited(database)
    page = (await mia.get(answer.headers["location"])).text
    assert "Booked." in page
    assert ("booked", "10:00 – to 10:30 Ana Souza Check-up") in lines(
        (await mia.get(page_of())).text
    )


async def test_a_form_that_is_sent_twice_books_once(
    mia: Staff, database: SqlDatabase, practice: Practice
) -> None:
    first = await book(mia, key="one")
    second = await book(mia, key="one")

    assert first.headers["location"] == second.headers["location"]
    assert (await the_one(database)).start == TEN


async def test_a_conflict_names_what_is_there_and_offers_what_is_free(
    mia: Staff, omar: Staff, practice: Practice
) -> None:
    await book(omar, caller_name="Joan Park")

    answer = await book(mia)

    assert answer.status_code == 422
    assert "Dr. Lee has Check-up with Joan Park 10:00 to 10:30." in answer.text
    assert 'value="Ana Souza"' in answer.text
    offers = re.findall(r'name="instead" value="([^"]+)"', answer.text)
    assert offers
    taken = await book(mia, instead=offers[0])
    assert taken.status_code == 303
    at = offers[0].partition("T")[2].partition("|")[0]
    assert at in (await mia.get(taken.headers["location"])).text


async def test_a_room_that_is_taken_is_named(mia: Staff, practice: Practice) -> None:
    await book(mia, service="X-ray", person="Dr. Kim", caller_name="Joan Park")

    answer = await book(mia, service="X-ray")

    assert "Dr. Kim has X-ray with Joan Park 10:00 to 10:15, in X-ray room." in answer.text


async def test_the_rules_of_the_practice_hold_by_hand_as_well(
    mia: Staff, database: SqlDatabase, practice: Practice
) -> None:
    closed = await book(mia, time="14:00")
    past = await book(mia, day="2020-01-06")
    away = await book(mia, person="Dr. Kim", day=(MONDAY + timedelta(days=1)).isoformat())
    far = await book(mia, day="2999-01-01")

    assert "takes 30 minutes and does not fit then" in closed.text
    assert "That time is in the past." in past.text
    assert "Dr. Kim cannot see anybody then." in away.text
    assert "That is more than 180 days ahead." in far.text
    assert {a.status_code for a in (closed, past, away, far)} == {422}
    async with database.reading() as uow:
        assert not await uow.appointments.busy(1, TEN - timedelta(1), TEN + timedelta(2), TEN)


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("phone", "12", "Please give a whole phone number"),
        ("caller_name", "", "Please fill this in."),
        ("date_of_birth", "yesterday", "Please give a day such as 1984-03-12."),
        ("date_of_birth", "1801-01-01", "That date of birth cannot be."),
        ("day", "soon", "This cannot be read."),
        ("day", "9999-12-31", "Please give a day that can be booked."),
        ("time", "25:00", "This cannot be read."),
        ("service", "Surgery", "Please choose one of these."),
        ("person", "Dr. Who", "Check-up is done by Dr. Lee or Dr. Kim."),
    ],
)
async def test_what_cannot_be_is_said_beside_its_field(
    mia: Staff, practice: Practice, field: str, typed: str, words: str
) -> None:
    answer = await book(mia, **{field: typed})

    assert answer.status_code == 422
    assert re.search(rf'id="{field}-problem">{re.escape(words)}', answer.text)


async def test_an_appointment_is_moved_and_cancelled(
    mia: Staff, database: SqlDatabase, practice: Practice
) -> None:
    path = (await book(mia)).headers["location"].partition("?")[0]

    moved = await mia.post(f"{path}/move", {"day": MONDAY.isoformat(), "time": "11:00", "seen": 1})
    unsure = await mia.post(f"{path}/cancel", {"seen": 2})
    row = await the_one(database)
    cancelled = await mia.post(f"{path}/cancel", {"seen": 2, "sure": "yes"})

    assert (moved.status_code, unsure.status_code, cancelled.status_code) == (303, 422, 303)
    assert row.start == TEN + timedelta(hours=1)
    async with database.reading() as uow:
        gone = await uow.appointments.get(row.id)
    assert gone is not None
    assert (gone.status, gone.cancelled_by) == ("cancelled", "staff")
    done = {action for actor, action, _ in await audited(database) if actor == "mia"}
    assert {"appointment.moved", "appointment.cancelled"} <= done


async def test_a_move_onto_another_appointment_is_refused_by_name(
    mia: Staff, practice: Practice
) -> None:
    await book(mia, caller_name="Joan Park")
    path = (await book(mia, time="11:00")).headers["location"].partition("?")[0]

    answer = await mia.post(f"{path}/move", {"day": MONDAY.isoformat(), "time": "10:15", "seen": 1})

    assert answer.status_code == 422
    assert "Dr. Lee has Check-up with Joan Park 10:00 to 10:30." in answer.text
    assert 'value="10:15"' in answer.text


async def test_a_stale_change_says_who_was_quicker(
    mia: Staff, omar: Staff, database: SqlDatabase, practice: Practice
) -> None:
    path = (await book(mia)).headers["location"].partition("?")[0]
    later = {"day": MONDAY.isoformat(), "time": "11:00", "seen": 1}
    await omar.post(f"{path}/move", later)

    moved = await mia.post(f"{path}/move", {**later, "time": "09:00"})
    cancelled = await mia.post(f"{path}/cancel", {"sure": "yes", "seen": 1})

    assert (moved.status_code, cancelled.status_code) == (409, 409)
    assert "omar changed this just now." in moved.text
    assert (await the_one(database)).start == TEN + timedelta(hours=1)


async def test_the_day_shows_held_busy_and_free_times(
    mia: Staff, database: SqlDatabase, practice: Practice
) -> None:
    held = Appointment(
        id="",
        practice_id=1,
        call_sid="CA9",
        service="Check-up",
        practitioner="Dr. Kim",
        start=TEN,
        end=TEN + timedelta(minutes=30),
        blocks_until=TEN + timedelta(minutes=45),
        caller_name="",
        phone=None,
        date_of_birth=None,
        status="held",
        held_until=datetime.now(UTC) + timedelta(minutes=4),
    )
    own = CalendarBlock("lee@example.com", "e1", TEN, TEN + timedelta(hours=1))
    async with database.transaction() as uow:
        await uow.appointments.add(held)
        await uow.calendar_feeds.put_block(own)

    page = (await mia.get(page_of())).text

    assert lines(page) == [
        ("free", f"09:00 – to 10:00 Free : book with Dr. Lee on {_written(MONDAY)}"),
        ("busy", "10:00 – to 11:00 Busy by their own calendar"),
        ("free", f"11:00 – to 12:00 Free : book with Dr. Lee on {_written(MONDAY)}"),
        ("free", f"09:00 – to 10:00 Free : book with Dr. Kim on {_written(MONDAY)}"),
        ("held", "10:00 – to 10:30 Held for a caller"),
        ("free", f"10:45 – to 12:00 Free : book with Dr. Kim on {_written(MONDAY)}"),
    ]


def _written(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B} {day.year}"


async def test_a_week_is_one_persons_or_everybodys(mia: Staff, practice: Practice) -> None:
    await book(mia)

    everybody = (await mia.get(page_of(view="week"))).text
    kim = (await mia.get(page_of(view="week", person="Dr. Kim"))).text

    assert "Ana Souza" in everybody
    assert "Ana Souza" not in kim
    assert everybody.count('class="card column') == 7
    assert kim.count("Away") == 1
    assert kim.count(">Closed<") == 2


async def test_whoever_left_still_shows_their_appointments(
    mia: Staff, database: SqlDatabase, practice: Practice
) -> None:
    await book(mia)
    async with database.transaction() as uow:
        services = (Service("Check-up", 30),)
        alone = replace(CLINIC, practitioners=CLINIC.practitioners[1:], services=services)
        await uow.practices.save(alone)

    page = (await mia.get(page_of())).text

    assert "Dr. Lee</h2>" in page
    assert "Ana Souza" in page


async def test_a_look_at_the_calendar_is_audited(
    mia: Staff, database: SqlDatabase, practice: Practice
) -> None:
    location = (await book(mia)).headers["location"]
    await mia.get(page_of())
    await mia.get(location)

    row = await the_one(database)
    rows = await audited(database)
    assert ("mia", "viewed", "calendar") in rows
    assert ("mia", "viewed", f"appointment:{row.id}") in rows


async def test_nothing_said_by_a_caller_becomes_markup(mia: Staff, practice: Practice) -> None:
    location = (await book(mia, caller_name=SCRIPT, notes=SCRIPT)).headers["location"]
    conflict = await book(mia)

    pages = [(await mia.get(path)).text for path in (page_of(), location)]
    for page in (*pages, conflict.text):
        assert SCRIPT not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize("day", ["", "soon", "0001-01-01", "9999-12-31", "2026-02-30"])
async def test_a_day_that_cannot_be_shows_today(mia: Staff, practice: Practice, day: str) -> None:
    for view in ("day", "week"):
        answer = await mia.get(f"/admin/calendar?day={day}&view={view}")
        assert answer.status_code == 200
        assert 'aria-current="date"' in answer.text


@pytest.mark.parametrize("path", ["/admin/calendar/appointments/none", "/admin/calendar/nothing"])
async def test_what_is_not_there_is_not_found(mia: Staff, path: str) -> None:
    assert (await mia.get(path)).status_code == 404


async def test_what_a_vendor_refuses_is_undone_and_said(
    database: SqlDatabase, practice: Practice
) -> None:
    """A person's own event, put there a moment ago, wins over a booking by hand."""
    calendar: Calendar = BusyCalendar()  # type: ignore[assignment]
    mia = Staff(pages_of(room_of(database, calendar=calendar)), "mia")

    answer = await book(mia)

    assert answer.status_code == 422
    assert "Somebody has just put something else into the calendar there." in answer.text


class BusyCalendar:
    """A vendor's calendars with something in them that nobody has read yet."""

    name, external = "busy", True

    async def busy(self, calendar_ids: Any, start: Any, end: Any) -> Any:
        return {calendar_id: [] for calendar_id in calendar_ids}

    async def between(self, calendar_id: str, start: datetime, end: datetime) -> Any:
        from receptionist.domain.opening_hours import Interval
        from receptionist.ports.calendar import StoredEvent

        return [StoredEvent("e9", interval=Interval(start, end))]


async def test_two_staff_pages_need_no_more_than_one_practice(
    mia: Staff, database: SqlDatabase, pages: FastAPI
) -> None:
    second = replace(CLINIC, name="Oak Avenue", numbers=("+15550200",), booking=BookingRules())
    async with database.transaction() as uow:
        other = await uow.practices.save(second)

    page = (await mia.get(f"/admin/calendar?practice={other}&day={MONDAY}")).text

    assert "Oak Avenue" in page
    assert f"practice={other}" in page
    assert (await mia.get("/admin/calendar?practice=99")).status_code == 404
