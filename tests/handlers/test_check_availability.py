"""What is offered is free, as near to the wish as can be, and never in the past."""

from datetime import datetime, timedelta

import pytest

from db import SqlDatabase
from tests.handlers.clinic import NEW_YORK, NOW, Clinic, open_clinic


async def offers(clinic: Clinic, **arguments: object) -> dict:
    wish = {"service": "Check-up", "date_from": "2027-03-02"}
    return dict((await clinic.ask("check_availability", **{**wish, **arguments})).content)


def starts(content: dict) -> list[datetime]:
    return [datetime.fromisoformat(offer["start"]) for offer in content["offers"]]


async def test_at_most_three_times_of_the_day_asked_for_come_back(clinic: Clinic) -> None:
    content = await offers(clinic)

    assert content["ok"] is True
    assert 1 <= len(content["offers"]) <= 3
    assert {start.date().isoformat() for start in starts(content)} == {"2027-03-02"}
    assert content["offers"][0]["spoken"] == "tomorrow at 9 AM with Dr. Lee"
    assert "note" not in content


async def test_a_service_is_understood_by_a_part_of_its_name(clinic: Clinic) -> None:
    assert (await offers(clinic, service="checkup"))["service"] == "Check-up"
    assert (await offers(clinic, service="blood"))["service"] == "Blood test"


async def test_an_unknown_service_is_answered_with_those_there_are(clinic: Clinic) -> None:
    told = await clinic.refused("check_availability", service="Root canal", date_from="2027-03-02")

    assert told == "there is no such service; the services are: Check-up, Blood test"


async def test_a_practitioner_who_does_not_do_it_is_answered_with_those_who_do(
    clinic: Clinic,
) -> None:
    for name in ("Nurse Gomez", "Dr. House"):
        told = await clinic.refused(
            "check_availability", service="Check-up", date_from="2027-03-02", practitioner=name
        )
        assert told == "Check-up is done by: Dr. Lee, Dr. Patel"


async def test_only_the_practitioner_asked_for_is_offered(clinic: Clinic) -> None:
    content = await offers(clinic, practitioner="patel")

    assert {offer["practitioner"] for offer in content["offers"]} == {"Dr. Patel"}


async def test_a_past_day_is_answered_with_todays_date(clinic: Clinic) -> None:
    told = await clinic.refused("check_availability", service="Check-up", date_from="2027-02-26")

    assert told == "that day is past; today is 2027-03-01"


async def test_days_in_the_wrong_order_are_named(clinic: Clinic) -> None:
    told = await clinic.refused(
        "check_availability", service="Check-up", date_from="2027-03-09", date_to="2027-03-08"
    )

    assert "date_to is before date_from" in told


async def test_a_range_that_began_in_the_past_is_offered_from_now_on(clinic: Clinic) -> None:
    content = await offers(clinic, date_from="2027-02-22", date_to="2027-03-01")

    assert all(start > NOW for start in starts(content))
    assert content["offers"]


async def test_a_closed_day_says_so_and_offers_the_next_open_one(clinic: Clinic) -> None:
    content = await offers(clinic, date_from="2027-03-05")

    assert "closed Friday, March 5th" in content["note"]
    assert {start.date().isoformat() for start in starts(content)} == {"2027-03-08"}


async def test_a_part_of_the_day_is_kept_to(clinic: Clinic) -> None:
    content = await offers(clinic, part_of_day="afternoon")

    assert all(12 <= start.hour < 17 for start in starts(content))
    assert "note" not in content


async def test_a_part_of_the_day_with_nothing_free_is_said_to_have_none(clinic: Clinic) -> None:
    content = await offers(clinic, part_of_day="evening")

    assert content["offers"]
    assert content["note"].startswith("nothing free as asked")


async def test_a_booked_time_and_its_buffer_are_not_offered(clinic: Clinic) -> None:
    await clinic.book(start="2027-03-02T09:00")

    content = await offers(clinic, practitioner="Dr. Lee")

    assert starts(content)[0] == datetime(2027, 3, 2, 9, 45, tzinfo=NEW_YORK)


async def test_when_nothing_is_free_at_all_a_message_is_advised(database: SqlDatabase) -> None:
    clinic = await open_clinic(database, hours={})

    content = await offers(clinic)

    assert content["offers"] == []
    assert "message" in content["note"]


async def test_too_far_ahead_is_not_offered(clinic: Clinic) -> None:
    far = (NOW + timedelta(days=400)).date().isoformat()

    content = await offers(clinic, date_from=far)

    assert content["offers"] == []


@pytest.mark.parametrize("day", ["2027-03-15", "2027-11-08"])
async def test_after_a_change_of_the_clocks_nine_is_still_nine(
    database: SqlDatabase, day: str
) -> None:
    clinic = await open_clinic(database)
    asked = clinic.facts(now=datetime.fromisoformat(day).replace(tzinfo=NEW_YORK))

    result = await clinic.ask("check_availability", asked, service="Blood test", date_from=day)

    assert starts(dict(result.content))[0].isoformat() in (
        "2027-03-15T09:00:00-04:00",
        "2027-11-08T09:00:00-05:00",
    )
