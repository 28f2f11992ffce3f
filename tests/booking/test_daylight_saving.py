"""Nine o'clock is nine o'clock, in the book and in the calendar, whatever the clocks do."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from db import SqlDatabase
from providers.calendar.google import GoogleCalendar
from receptionist.domain.practice import WEEKDAYS, BookingRules, Practice, Service, TimeRange
from receptionist.ports.calendar import event_id_for
from receptionist.ports.records import Appointment
from tests.booking.surgery import LEE, PRACTICE, Desk, open_practice
from tests.emulators.google import GoogleEmulator

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
YEARS = (2027, 2028)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ROUND_THE_CLOCK = dict.fromkeys(WEEKDAYS, (TimeRange(time(0), time(23, 59)),))
ZONES = {
    "America/New_York": 4,
    "Europe/London": 4,
    "Australia/Lord_Howe": 4,  # By half an hour.
    "America/Santiago": 4,  # At midnight: the day begins at one.
    "Asia/Kathmandu": 0,  # A quarter to six hours ahead, always.
}
"""How often the clocks change there in those years."""
DAYS_WITHOUT = [date(2027, 3, 14), date(2027, 11, 7)]


def changes(zone: ZoneInfo) -> Iterator[datetime]:
    """The first moment after each change of the clocks."""
    at, end = datetime(YEARS[0], 1, 1, tzinfo=UTC), datetime(YEARS[-1] + 1, 1, 1, tzinfo=UTC)
    while at < end:
        following = at + timedelta(minutes=30)
        if at.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            yield following
        at = following


def days_around(zone: ZoneInfo) -> Sequence[date]:
    """Each day of a change, the one before and the one after; some days where there is none."""
    found = [at.astimezone(zone).date() for at in changes(zone)] or DAYS_WITHOUT
    return [day + DAY * n for day in found for n in (-1, 0, 1)]


def practice_in(zone: str) -> Practice:
    """Open round the clock, two years ahead."""
    rules = BookingRules(text_messages=False, horizon_days=1000)
    services = (Service("Check-up", 60, 0, ("Dr. Lee",)),)
    return replace(PRACTICE, timezone=zone, hours=ROUND_THE_CLOCK, services=services, booking=rules)


class Office:
    """A practice somewhere, and what was booked there."""

    def __init__(self, desk: Desk, practice: Practice, google: GoogleEmulator) -> None:
        self.desk, self.practice, self.google = desk, practice, google

    async def book(self, start: datetime, call_sid: str) -> Appointment:
        """As the model asks for it."""
        wish: dict[str, Any] = {"service": "Check-up", "start": start, "caller_name": "Anna Smith"}
        answer = await self.desk.ask("schedule_appointment", self.practice, call_sid, **wish)
        assert answer["ok"], (start, answer)
        return await self.appointment(answer["appointment_id"])

    async def appointment(self, appointment_id: str) -> Appointment:
        """As the database has it."""
        async with self.desk.database.reading() as uow:
            found = await uow.appointments.get(appointment_id)
        assert found is not None
        return found

    def times(self, row: Appointment) -> list[tuple[datetime, datetime]]:
        """From when to when, on the practice's clocks: in the book and in the calendar."""
        zone = self.practice.zone
        (event,) = (e for e in self.google.events(LEE) if e["id"] == event_id_for(row.id))
        told = [datetime.fromisoformat(event[edge]["dateTime"]) for edge in ("start", "end")]
        assert {event[edge]["timeZone"] for edge in ("start", "end")} == {self.practice.timezone}
        assert row.end - row.start == told[1] - told[0] == HOUR
        return [
            (start.astimezone(zone), end.astimezone(zone))
            for start, end in ((row.start, row.end), (told[0], told[1]))
        ]


@pytest.fixture
async def office(
    database: SqlDatabase, calendar: GoogleCalendar, google: GoogleEmulator, zone: str
) -> Any:
    desk = Desk(database, calendar, lambda: NOW)
    async with desk.desk.running():
        yield Office(desk, await open_practice(database, practice_in(zone)), google)


@pytest.mark.parametrize("zone", ZONES)
def test_the_clocks_change_as_often_as_they_should(zone: str) -> None:
    assert len(list(changes(ZoneInfo(zone)))) == ZONES[zone]


@pytest.mark.parametrize("zone", ZONES)
async def test_a_booking_at_nine_is_at_nine(office: Office, zone: str) -> None:
    days = days_around(ZoneInfo(zone))

    for day in days:
        row = await office.book(datetime.combine(day, time(9)), f"CA-{day}")
        for start, end in office.times(row):
            assert start.replace(tzinfo=None) == datetime.combine(day, time(9))
            assert end.replace(tzinfo=None) == datetime.combine(day, time(10))
    assert len(days) == 3 * (ZONES[zone] or 2)


@pytest.mark.parametrize("zone", ZONES)
async def test_a_booking_that_moves_over_a_change_is_at_nine_again(
    office: Office, zone: str
) -> None:
    days = days_around(ZoneInfo(zone))

    for before, after in zip(days[::3], days[2::3], strict=True):
        row = await office.book(datetime.combine(before, time(9)), f"CA-{before}")
        moved = await office.desk.desk.book.move(
            *(office.practice, row, datetime.combine(after, time(9), office.practice.zone), NOW),
            call_sid=f"CA-{after}",
        )
        for start, _ in office.times(moved):
            assert start.replace(tzinfo=None) == datetime.combine(after, time(9))


@pytest.mark.parametrize("zone", [zone for zone, changes in ZONES.items() if changes])
async def test_an_hour_that_begins_before_the_clocks_change_is_an_hour(
    office: Office, zone: str
) -> None:
    for change in changes(ZoneInfo(zone)):
        begins = (change - HOUR / 2).astimezone(office.practice.zone)
        if (begins + HOUR).date() != begins.date():
            continue  # Nobody is open over midnight.
        row = await office.book(begins, f"CA-{change}")

        for start, end in office.times(row):
            assert start.astimezone(UTC) == change - HOUR / 2
            assert end.astimezone(UTC) == change + HOUR / 2
            assert start.utcoffset() != end.utcoffset()


@pytest.mark.parametrize("zone", ZONES)
async def test_what_is_offered_on_such_a_day_can_be_booked(office: Office, zone: str) -> None:
    for number, day in enumerate(days_around(ZoneInfo(zone))[1::3]):
        call_sid = f"CA{number}"
        answer = await office.desk.ask(
            *("check_availability", office.practice, call_sid, "look"),
            service="Check-up",
            date_from=day,
        )
        offers = [datetime.fromisoformat(offer["start"]) for offer in answer["offers"]]
        assert [at.date() for at in offers] == [day] * 3
        await office.desk.hang_up(call_sid)
        for at in offers:
            row = await office.book(at, call_sid + at.isoformat())
            assert row.start == at
