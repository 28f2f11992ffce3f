"""The last step of a booking: corrections, and what counts as a yes to what was read back."""

from dataclasses import replace
from datetime import time

import pytest

from receptionist.domain.practice import TimeRange
from tests.providers.llm.embedded_office import PRACTICE, Office, Talk

TOMORROW = "2026-03-10T{}:00-04:00"
READY = "check-up tomorrow at ten please, my name is Anna Smith"
LONG_DAYS = replace(PRACTICE, hours=dict.fromkeys(PRACTICE.hours, (TimeRange(time(6), time(22)),)))


@pytest.mark.parametrize(
    ("corrections", "expected"),
    [
        (("no it's smyth",), {"caller_name": "Anna Smyth"}),
        (("the name is wrong it's anna jones",), {"caller_name": "Anna Jones"}),
        (("no", "the name", "s m y t h"), {"caller_name": "Anna Smyth"}),
        (("yes but make it eleven",), {"start": TOMORROW.format("11:00")}),
        (("no", "the time", "two o'clock"), {"start": TOMORROW.format("14:00")}),
        (("no", "eleven thirty instead"), {"start": TOMORROW.format("11:30")}),
        (("actually wednesday at nine",), {"start": "2026-03-11T09:00:00-04:00"}),
        (("can we do wednesday at nine instead",), {"start": "2026-03-11T09:00:00-04:00"}),
        (("with doctor patel please", "the first"), {"practitioner": "Dr. Patel"}),
        (
            ("my number is 212 555 0177",),
            {"phone": "+12125550177", "start": TOMORROW.format("10:00")},
        ),
        (("it should be a cleaning", "the first one"), {"service": "Cleaning"}),
    ],
)
async def test_a_correction_changes_its_part_and_is_read_back(
    corrections: tuple[str, ...], expected: dict[str, str]
) -> None:
    talk = Talk()

    await talk.says(READY, *corrections)

    assert "schedule_appointment" not in talk.done
    assert talk.said[-1].endswith("Shall I book it?")
    await talk.says("yes")
    booked = talk.arguments("schedule_appointment")
    assert {key: booked[key] for key in expected} == expected


async def test_a_name_corrected_at_the_confirmation_keeps_the_slot() -> None:
    talk = Talk()

    answer = await talk.says(READY, "no it's smyth")

    expected = "That's a check-up for Anna Smyth, tomorrow at 10 AM with Dr. Lee. Shall I book it?"
    assert answer == expected
    assert talk.done == ["check_availability"]


async def test_a_name_said_at_a_single_offer_takes_it() -> None:
    practice = replace(PRACTICE, hours={"tuesday": (TimeRange(time(9), time(9, 30)),)})
    talk = Talk(Office(practice=practice))

    answer = await talk.says("a check-up next tuesday please", "yes my name is anna smith")

    assert "for Anna Smith, Tuesday, March 17th at 9 AM" in answer
    assert answer.endswith("Shall I book it?")
    assert "answer_faq" not in talk.done


async def test_a_number_is_read_back_in_groups() -> None:
    talk = Talk(Office(caller=None))

    answer = await talk.says(READY, "two one two, double five five, oh one nine nine")

    assert "The number is 2 1 2, 5 5 5, 0 1 9 9." in answer


@pytest.mark.parametrize("no", ["no", "no thanks", "never mind", "forget it"])
async def test_a_no_at_the_confirmation_books_nothing(no: str) -> None:
    talk = Talk()

    await talk.says(READY, no, "nothing")

    assert "schedule_appointment" not in talk.done


async def test_a_single_name_is_completed_before_it_is_written() -> None:
    talk = Talk()

    answer = await talk.says("check-up tomorrow at ten, my name is Anna")
    await talk.says("smith", "yes")

    assert answer == "And your last name, Anna?"
    assert talk.arguments("schedule_appointment")["caller_name"] == "Anna Smith"


async def test_whoever_books_for_their_child_is_asked_for_the_childs_name() -> None:
    talk = Talk()

    asked = await talk.says("this is anna baker, my son needs a check-up tomorrow at ten")
    read_back = await talk.says("leo baker")

    assert asked == (
        "Tomorrow at 10 AM with Dr. Lee. What is your son's full name and date of birth, please?"
    )
    assert "for Leo Baker" in read_back


async def test_a_time_said_with_its_half_of_the_day_is_not_taken_for_the_other() -> None:
    talk = Talk(Office(practice=LONG_DAYS))
    await talk.says("a check-up tomorrow", "seven a m", "anna smith")

    assert "tomorrow at 7 AM" in talk.said[-1]
    assert "tomorrow at 7 PM" in await talk.says("sorry, seven p m")


@pytest.mark.parametrize(
    "words",
    ["thank you", "thanks goodbye", "i am so hungry can you help me get lunch", "please hold on",
     "yes but i have to ask my wife", "right so where are you", "i think my asthma is worse"],
)  # fmt: skip
async def test_what_only_sounds_like_a_yes_books_nothing(words: str) -> None:
    talk = Talk()

    await talk.says(READY, words)

    assert "schedule_appointment" not in talk.done


@pytest.mark.parametrize(
    "words",
    ["yes", "yep", "sure", "that's right", "correct", "please do", "go ahead", "let's do it",
     "perfect", "ok", "sounds good", "yes please thank you", "you can book it", "mm-hm",
     "that would be great", "absolutely", "yeah go for it", "no that's fine", "i do"],
)  # fmt: skip
async def test_a_yes_in_any_form_books(words: str) -> None:
    talk = Talk()

    await talk.says(READY, words)

    assert talk.done == ["check_availability", "schedule_appointment"]


@pytest.mark.parametrize("who", ["hi this is margaret okafor ", ""])
async def test_a_day_given_instead_of_cancelling_is_a_move(who: str) -> None:
    talk = Talk()
    await talk.says("a check-up wednesday at ten with doctor lee", "margaret okafor", "yes", "no")

    await talk.says(f"{who}i can't make my appointment on wednesday", "can i come friday instead")
    answer = await talk.says("margaret okafor" if not who else "in the morning")

    assert "Friday" in answer
    assert "cancel_appointment" not in talk.done


async def test_a_letter_explained_is_no_part_of_the_name() -> None:
    talk = Talk()
    await talk.says("a check-up wednesday at ten with doctor lee", "sofia ramires")

    read_back = await talk.says("no it's with a z R A M I R E Z")

    assert "for Sofia Ramirez," in read_back
