"""Booking with the embedded engine: what it asks, offers, reads back and writes."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from receptionist.domain.practice import DayRange, Practitioner, TimeRange
from tests.providers.llm.embedded_office import PRACTICE, Office, Talk

TOMORROW = "2026-03-10T{}:00-04:00"
READY = "check-up tomorrow at ten please, my name is Anna Smith"


@pytest.mark.parametrize(
    ("lines", "service", "start", "name"),
    [
        (
            ("book me a check-up tomorrow at ten", "anna smith", "yes please"),
            "Check-up",
            TOMORROW.format("10:00"),
            "Anna Smith",
        ),
        (
            ("I'd like to make an appointment", "a cleaning", "Thursday morning", "the second one",
             "my name is Kate O'Neil", "that's right"),
            "Cleaning",
            "2026-03-12T10:30:00-04:00",
            "Kate O'Neil",
        ),
        (
            ("i need a check up as soon as possible", "the earliest", "john miller", "go ahead"),
            "Check-up",
            "2026-03-09T10:15:00-04:00",
            "John Miller",
        ),
        (
            ("check-up please", "any day is fine", "wednesday", "nine", "this is mary jones",
             "yes book it"),
            "Check-up",
            "2026-03-11T09:00:00-04:00",
            "Mary Jones",
        ),
        ((READY, "yes"), "Check-up", TOMORROW.format("10:00"), "Anna Smith"),
        (
            ("check-up tomorrow at ten", "first name anna last name smith", "perfect"),
            "Check-up",
            TOMORROW.format("10:00"),
            "Anna Smith",
        ),
    ],
)  # fmt: skip
async def test_a_booking_holds_what_was_agreed(
    lines: tuple[str, ...], service: str, start: str, name: str
) -> None:
    talk = Talk()

    await talk.says(*lines)

    booked = talk.arguments("schedule_appointment")
    assert (booked["service"], booked["start"], booked["caller_name"]) == (service, start, name)
    assert talk.said[-1].startswith(f"You're booked for a {service.casefold()},")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("a check-up on thursday after four", {"time_from": "16:00", "date_from": "2026-03-12"}),
        ("a check-up on thursday before noon", {"time_to": "12:00"}),
        ("a check-up on thursday not before two", {"time_from": "14:00"}),
        ("a check-up on thursday between two and four", {"time_from": "14:00", "time_to": "16:00"}),
        ("a check-up on thursday but not dr lee", {"not_practitioner": "Dr. Lee"}),
        ("a check-up on thursday with anyone but doctor lee", {"not_practitioner": "Dr. Lee"}),
        ("a check-up with doctor patel on thursday", {"practitioner": "Dr. Patel"}),
        ("a check-up thursday afternoon", {"part_of_day": "afternoon"}),
        ("a check-up next week", {"date_from": "2026-03-16", "date_to": "2026-03-22"}),
    ],
)
async def test_a_wish_is_searched_as_it_was_said(asked: str, expected: dict[str, str]) -> None:
    talk = Talk()

    await talk.says(f"i would like {asked}")

    searched = talk.arguments("check_availability")
    assert {key: searched.get(key) for key in expected} == expected


@pytest.mark.parametrize("what", ["whatever's earliest", "as soon as possible please"])
async def test_as_soon_as_possible_is_kept_until_it_is_known_what_for(what: str) -> None:
    talk = Talk()

    asked = await talk.says("i'd like an appointment", what)
    offer = await talk.says("a check-up")

    assert asked.startswith("What is it for")
    assert offer.startswith("I have today at")


async def test_a_withheld_number_is_asked_for_before_anything_is_booked() -> None:
    talk = Talk(Office(caller=None))

    assert "phone number" in await talk.says(READY)
    await talk.says("212 555 0199", "yes")

    assert talk.arguments("schedule_appointment")["phone"] == "+12125550199"


LONG_DAYS = replace(PRACTICE, hours=dict.fromkeys(PRACTICE.hours, (TimeRange(time(6), time(22)),)))


@pytest.mark.parametrize(
    ("answer", "searched"),
    [("in the evening", "19:00"), ("seven a m", "07:00"), ("the morning please", "07:00")],
)
async def test_an_hour_that_comes_twice_is_asked_back_once(answer: str, searched: str) -> None:
    talk = Talk(Office(practice=LONG_DAYS))

    assert await talk.says("a check-up tomorrow at seven") == "Is that 7 AM or 7 PM?"
    await talk.says(answer)

    assert talk.arguments("check_availability")["time_from"] == searched


async def test_an_hour_with_one_reading_in_opening_hours_is_not_asked_back() -> None:
    talk = Talk()

    await talk.says("a check-up tomorrow at three")

    assert talk.arguments("check_availability")["time_from"] == "15:00"


@pytest.mark.parametrize(
    ("error", "says", "goes_on_with"),
    [
        ("that time is in the past; it is now 2026-03-09T10:00", "already past", "What day"),
        ("Check-up is booked at least 60 minutes ahead; the earliest", "too soon", "What day"),
        ("that is more than 180 days ahead; offer an earlier day", "that far ahead", "What day"),
        (
            "We're closed tomorrow. We're open Friday from 9 AM to 5 PM.",
            "closed tomorrow",
            "What day",
        ),
        ("Check-up takes 30 minutes and does not fit then. We're open…", "doesn't fit", "What day"),
        ("Dr. Lee cannot see anybody then; check availability", "nobody can see you", "What day"),
        ("there is no such service; the services are: X", "don't offer that", "What is it for"),
        ("that date of birth is in the future; ask for it again", "date of birth", "Shall I book"),
        ("ask the caller for a phone number with its area code", "number", "phone number"),
        ("that time is taken; offer these instead", "just been taken", "I have tomorrow at 9 AM"),
        ("This does not work at the moment. Say so", "couldn't do that", "leave a message"),
        ("It could not be confirmed. Say so", "couldn't confirm", "leave a message"),
    ],
)
async def test_why_it_was_not_booked_is_said_and_a_way_on_is_asked(
    error: str, says: str, goes_on_with: str
) -> None:
    office = Office()
    office.failing["schedule_appointment"] = {"ok": False, "error": error}
    talk = Talk(office)

    answer = await talk.says(READY, "yes")

    assert says in answer
    assert goes_on_with in answer
    assert office.booked == []


async def test_a_time_taken_meanwhile_leads_to_the_offers_that_came_back() -> None:
    office = Office()
    row = {"start": TOMORROW.format("11:00"), "practitioner": "Dr. Lee", "spoken": "tomorrow at 11"}
    office.failing["schedule_appointment"] = {
        "ok": False,
        "error": "that time is taken; offer these instead",
        "offers": [row],
    }
    talk = Talk(office)

    answer = await talk.says(READY, "yes")
    await talk.says("yes", "yes")

    assert answer.startswith("I'm sorry, that time has just been taken. I have tomorrow at 11.")
    assert talk.arguments("schedule_appointment")["start"] == TOMORROW.format("11:00")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("there is no such service; the services are: Check-up", "we don't offer that"),
        ("Check-up is done by: Dr. Lee", "can't see our diary"),
        ("that day is past; today is 2026-03-09", "already past"),
        ("date_from='2026-03-01' is in the past", "already past"),
        ("This does not work at the moment. Say so", "can't see our diary"),
    ],
)
async def test_a_search_that_failed_is_not_silently_passed_over(error: str, says: str) -> None:
    office = Office()
    office.failing["check_availability"] = {"ok": False, "error": error}
    talk = Talk(office)

    answer = await talk.says(READY)

    assert says in answer
    assert answer.endswith("?")


async def test_somebody_who_does_not_do_the_service_is_replaced_by_who_does() -> None:
    talk = Talk()

    answer = await talk.says("a cleaning with doctor patel tomorrow")

    assert "You can see Dr. Lee for that." in answer
    assert "with Dr. Lee" in answer.split("You can see Dr. Lee for that.")[1]


async def test_a_stranger_among_the_doctors_is_named_as_one() -> None:
    talk = Talk()

    answer = await talk.says("i want to see dr brown tomorrow")

    assert "We have no Dr. Brown here. You can see Dr. Lee, or Dr. Patel." in answer


def away() -> Any:
    """Nobody is there for half a year."""
    leave = (DayRange(date(2026, 3, 1), date(2026, 12, 31)),)
    return replace(
        PRACTICE,
        practitioners=tuple(Practitioner(p.name, leave=leave) for p in PRACTICE.practitioners),
    )


async def test_the_waiting_list_is_offered_when_nothing_is_free() -> None:
    talk = Talk(Office(practice=away()), waiting=True)

    offer = await talk.says("book me a check-up tomorrow, my name is anna smith")
    read_back = await talk.says("yes please")
    done = await talk.says("yes")

    assert "waiting list?" in offer
    assert "the waiting list for a check-up tomorrow, for Anna Smith, on 2 1 2" in read_back
    tomorrow = date(2026, 3, 10)
    assert talk.office.waiting == [
        {
            "service": "Check-up",
            "caller_name": "Anna Smith",
            "date_from": tomorrow,
            "date_to": tomorrow,
        }
    ]
    assert "on the waiting list" in done


async def test_the_waiting_list_may_be_asked_for() -> None:
    talk = Talk(waiting=True)

    asks = ("a check-up next week please", "can you put me on the waiting list", "anna smith")
    read_back = await talk.says(*asks)
    await talk.says("yes")

    assert "a check-up from Monday, March 16th to Sunday, March 22nd" in read_back
    assert talk.office.waiting[0]["caller_name"] == "Anna Smith"


async def test_without_a_waiting_list_a_message_is_offered_when_nothing_is_free() -> None:
    talk = Talk(Office(practice=away()))

    answer = await talk.says("book me a check-up tomorrow")

    assert "leave a message?" in answer


@pytest.mark.parametrize(
    ("asks", "days"),
    [
        ("do you have anything later", {"2026-03-13", "2026-03-16"}),
        ("something else please", {"2026-03-13"}),
        ("anything earlier than that", {"2026-03-09"}),
    ],
)
async def test_other_times_are_looked_for_before_or_after_the_offers(
    asks: str, days: set[str]
) -> None:
    talk = Talk()
    await talk.says("a check-up tomorrow or on thursday")

    await talk.says(asks)

    assert talk.arguments("check_availability")["date_from"] in days


async def test_what_is_closed_is_said_with_the_next_times() -> None:
    talk = Talk()

    answer = await talk.says("a check-up on saturday")

    assert answer.startswith("We're closed Saturday, March 14th. I have Monday")


async def test_a_long_list_of_services_is_not_read_out() -> None:
    services = tuple(replace(PRACTICE.services[0], name=f"Service {n}") for n in range(8))
    talk = Talk(Office(practice=replace(PRACTICE, services=services)))

    assert await talk.says("i want an appointment") == "What would you like to come in for?"


async def test_the_clock_of_the_practice_decides_what_tomorrow_is() -> None:
    late = datetime(2026, 3, 9, 23, 30, tzinfo=PRACTICE.zone) + timedelta(minutes=40)
    talk = Talk(Office(now=late))

    await talk.says("a check-up tomorrow")

    assert talk.arguments("check_availability")["date_from"] == "2026-03-11"


async def test_a_time_named_after_other_days_were_offered_is_meant_for_those() -> None:
    talk = Talk()

    answer = await talk.says("a check-up on saturday", "at two thirty")

    assert answer.startswith("I have Monday, March 16th at 2:30 PM, Tuesday")


async def test_a_service_may_be_picked_by_its_place() -> None:
    talk = Talk()

    await talk.says("i'd like to see a doctor tomorrow at ten", "the second one")

    assert talk.arguments("check_availability")["service"] == "Cleaning"


async def test_another_offer_may_be_taken_when_the_name_was_asked() -> None:
    talk = Talk()

    await talk.says(
        "a check-up tomorrow", "the first one", "no the second one", "anna smith", "yes"
    )

    assert talk.arguments("schedule_appointment")["start"] == TOMORROW.format("12:45")


async def test_any_time_takes_one_of_those_that_were_offered() -> None:
    talk = Talk()

    answer = await talk.says("a check-up in a fortnight", "any time")

    assert answer.startswith("Monday, March 23rd at 9 AM")


async def test_a_number_said_with_a_time_is_not_mixed_up_with_it() -> None:
    talk = Talk()

    await talk.says("a check-up with dr patel friday at ten, my number is 212 555 0188")
    await talk.says("anna smith", "yes")

    booked = talk.arguments("schedule_appointment")
    assert booked["start"] == "2026-03-13T10:00:00-04:00"
    assert booked["phone"] == "+12125550188"


async def test_a_day_among_those_wished_keeps_the_time_that_was_said() -> None:
    talk = Talk()

    await talk.says("a check-up tuesday or wednesday after two", "wednesday")

    searched = talk.arguments("check_availability")
    assert (searched["date_from"], searched["time_from"]) == ("2026-03-11", "14:00")


@pytest.mark.parametrize(
    "words", ["do you have any appointments left today", "is there anything free, any slots, today"]
)
async def test_who_asks_what_is_free_is_offered_times(words: str) -> None:
    talk = Talk()

    await talk.says(words, "check-up")

    assert talk.done == ["check_availability"]


@pytest.mark.parametrize(
    "asks", ["do you have anything today", "any openings on monday", "what about tomorrow then"]
)
async def test_whoever_asks_for_a_free_time_is_booked(asks: str) -> None:
    talk = Talk()

    assert (await talk.says(asks)).startswith("What is it for")
    assert (await talk.says("a check-up")).startswith("I have")


async def test_what_three_offers_share_is_said_once() -> None:
    talk = Talk()

    answer = await talk.says("a check-up on monday the 16th with doctor lee")

    assert answer.count("Dr. Lee") == answer.count("Monday") == 1
