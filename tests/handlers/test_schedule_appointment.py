"""A booking is a row, once, at a time that can be; anything else gets a reason."""

import asyncio
from datetime import date, datetime

import pytest

from db import SqlDatabase
from tests.handlers.clinic import BORN, CALLER, NEW_YORK, Clinic, open_clinic


async def test_a_booking_is_in_the_database_as_it_was_asked_for(clinic: Clinic) -> None:
    result = await clinic.book(notes="first visit")

    (row,) = await clinic.appointments()
    assert result.outcome == "booked"
    assert result.content["ok"] is True
    assert result.content["appointment_id"] == row.id
    assert result.content["spoken"] == "Check-up, tomorrow at 10 AM with Dr. Lee"
    assert (row.caller_name, row.phone, row.date_of_birth) == (
        "Anna Smith",
        CALLER,
        date(1984, 3, 12),
    )
    assert (row.service, row.practitioner, row.status) == ("Check-up", "Dr. Lee", "booked")
    assert row.start == datetime(2027, 3, 2, 10, tzinfo=NEW_YORK)
    assert row.end == datetime(2027, 3, 2, 10, 30, tzinfo=NEW_YORK)
    assert row.blocks_until == datetime(2027, 3, 2, 10, 35, tzinfo=NEW_YORK)
    assert (row.call_sid, row.notes) == ("CA1", "first visit")


async def test_a_time_without_an_offset_is_meant_in_the_practices_zone(clinic: Clinic) -> None:
    await clinic.book(start="2027-03-02T10:00")
    await clinic.book(start="2027-03-02T16:00+00:00", practitioner="Dr. Lee")

    starts = sorted(row.start for row in await clinic.appointments())
    assert starts == [
        datetime(2027, 3, 2, 10, tzinfo=NEW_YORK),
        datetime(2027, 3, 2, 11, tzinfo=NEW_YORK),
    ]


async def test_the_same_tool_call_books_once(clinic: Clinic) -> None:
    first = await clinic.book(again="tool_x", practitioner=None)
    second = await clinic.book(again="tool_x", practitioner=None)

    assert len(await clinic.appointments()) == 1
    assert second.content == first.content


async def test_the_same_tool_call_with_the_only_practitioner_books_once(clinic: Clinic) -> None:
    first = await clinic.book(again="tool_x")
    second = await clinic.book(again="tool_x")

    assert len(await clinic.appointments()) == 1
    assert second.content == first.content


async def test_the_same_tool_call_is_audited_once(clinic: Clinic) -> None:
    await clinic.book(again="tool_x", practitioner=None)
    await clinic.book(again="tool_x", practitioner=None)

    assert len(await clinic.audit("appointment.booked")) == 1


async def test_the_same_tool_call_id_of_another_call_is_another_booking(clinic: Clinic) -> None:
    await clinic.book(again="tool_x")
    await clinic.book(clinic.facts(call="CA2"), again="tool_x", start="2027-03-02T11:00")

    assert len(await clinic.appointments()) == 2


async def test_a_taken_time_gets_other_offers(clinic: Clinic) -> None:
    await clinic.book()

    result = await clinic.book(clinic.facts(call="CA2"), caller_name="Tom Baker")

    assert result.content["ok"] is False
    assert result.outcome is None
    assert "taken" in result.content["error"]
    assert result.content["offers"]
    assert all(offer["practitioner"] == "Dr. Lee" for offer in result.content["offers"])
    assert len(await clinic.appointments()) == 1


async def test_with_anybody_the_next_free_practitioner_is_booked(clinic: Clinic) -> None:
    await clinic.book()

    result = await clinic.book(clinic.facts(call="CA2"), practitioner=None)

    assert result.content["practitioner"] == "Dr. Patel"


async def test_of_twenty_callers_at_once_two_are_booked_with_two_practitioners(
    clinic: Clinic,
) -> None:
    async with asyncio.TaskGroup() as group:
        tries = [
            group.create_task(clinic.book(clinic.facts(call=f"CA{number}"), practitioner=None))
            for number in range(20)
        ]

    results = [each.result() for each in tries]
    assert sum(result.content["ok"] for result in results) == 2
    assert all(result.content["offers"] for result in results if not result.content["ok"])
    assert {row.practitioner for row in await clinic.appointments()} == {"Dr. Lee", "Dr. Patel"}


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        ("2027-02-26T10:00", "that time is in the past; it is now 2027-03-01T10:00-05:00"),
        ("2027-03-01T10:00", "in the past"),
        ("2028-03-01T10:00", "more than 180 days ahead"),
        ("2027-03-05T10:00", "We're closed Friday, March 5th."),
        ("2027-03-06T10:00", "We're closed Saturday, March 6th."),
        ("2027-03-02T11:45", "takes 30 minutes and does not fit then. We're open tomorrow"),
        ("2027-03-02T12:15", "does not fit then"),
        ("2027-03-02T17:00", "does not fit then"),
        ("2027-03-02T03:00", "does not fit then"),
    ],
)
async def test_a_time_that_cannot_be_gets_a_reason(clinic: Clinic, start: str, reason: str) -> None:
    told = await clinic.refused(
        "schedule_appointment", service="Check-up", start=start, caller_name="Anna Smith"
    )

    assert reason in told
    assert await clinic.appointments() == []


async def test_unknown_names_are_answered_with_those_there_are(clinic: Clinic) -> None:
    wish = {"start": "2027-03-02T10:00", "caller_name": "Anna Smith"}

    service = await clinic.refused("schedule_appointment", service="Massage", **wish)
    person = await clinic.refused(
        "schedule_appointment", service="Check-up", practitioner="Gomez", **wish
    )

    assert service == "there is no such service; the services are: Check-up, Blood test"
    assert person == "Check-up is done by: Dr. Lee, Dr. Patel"


async def test_a_phone_that_was_said_is_kept_as_e164(clinic: Clinic) -> None:
    await clinic.book(phone="(212) 555-0177")

    (row,) = await clinic.appointments()
    assert row.phone == "+12125550177"


async def test_a_withheld_number_is_asked_for(clinic: Clinic) -> None:
    withheld = clinic.facts(caller=None)
    wish = {"service": "Check-up", "start": "2027-03-02T10:00", "caller_name": "Anna Smith"}

    told = await clinic.refused("schedule_appointment", withheld, **wish)
    result = await clinic.ask("schedule_appointment", withheld, **wish, phone="212 555 0177")

    assert told == "ask the caller for a phone number with its area code"
    assert result.content["ok"] is True


@pytest.mark.parametrize("phone", ["12", "anonymous", "five five five"])
async def test_what_is_no_phone_number_is_asked_for_again(clinic: Clinic, phone: str) -> None:
    told = await clinic.refused(
        "schedule_appointment",
        service="Check-up",
        start="2027-03-02T10:00",
        caller_name="Anna Smith",
        phone=phone,
    )

    assert told == "ask the caller for a phone number with its area code"


@pytest.mark.parametrize(
    ("born", "reason"), [("2027-03-02", "in the future"), ("1884-03-12", "cannot be")]
)
async def test_an_impossible_date_of_birth_is_asked_for_again(
    clinic: Clinic, born: str, reason: str
) -> None:
    told = await clinic.refused(
        "schedule_appointment",
        service="Check-up",
        start="2027-03-02T10:00",
        caller_name="Anna Smith",
        date_of_birth=born,
    )

    assert reason in told
    assert "ask for it again" in told


async def test_someone_born_today_can_be_booked(clinic: Clinic) -> None:
    assert (await clinic.book(date_of_birth="2027-03-01")).content["ok"] is True


async def test_a_booking_leaves_an_audit_row_with_nothing_personal(clinic: Clinic) -> None:
    result = await clinic.book(notes="chest pain", phone="212 555 0177")

    (row,) = await clinic.audit("appointment")
    assert row.action == "appointment.booked"
    assert row.subject == f"appointment:{result.content['appointment_id']}"
    written = f"{row.subject} {dict(row.detail)}"
    assert not [word for word in ("Anna", "Smith", "0177", BORN, "chest") if word in written]


async def test_a_refused_booking_leaves_no_audit_row(clinic: Clinic) -> None:
    await clinic.book()
    await clinic.book(clinic.facts(call="CA2"))

    assert len(await clinic.audit("appointment")) == 1


async def test_a_practice_with_nobody_named_is_booked_itself(database: SqlDatabase) -> None:
    from receptionist.domain.practice import Service

    clinic = await open_clinic(database, practitioners=(), services=(Service("Visit", 20),))

    result = await clinic.book(service="Visit", practitioner=None)

    assert result.content["practitioner"] == "Maple Street Clinic"


async def test_of_two_wall_clock_times_that_come_twice_the_first_is_meant(
    database: SqlDatabase,
) -> None:
    from datetime import time

    from receptionist.domain.practice import Service, TimeRange

    clinic = await open_clinic(
        database,
        hours={"sunday": (TimeRange(time(0), time(6)),)},
        services=(Service("Visit", 30),),
    )
    before = clinic.facts(now=datetime(2027, 11, 6, 12, tzinfo=NEW_YORK))

    result = await clinic.book(before, service="Visit", start="2027-11-07T01:30", practitioner=None)

    assert result.content["start"] == "2027-11-07T01:30:00-04:00"
