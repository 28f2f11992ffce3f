"""Appointments there are: moved, cancelled and looked up by the embedded engine."""

from datetime import date, datetime

import pytest

from tests.providers.llm.embedded_office import CALLER, PRACTICE, Office, Talk

CHECK_UP = "a check-up, Thursday, March 12th at 10 AM with Dr. Lee"
CLEANING = "a cleaning, Friday, March 20th at 2 PM with Dr. Lee"


@pytest.fixture
def office() -> Office:
    """Anna Smith has one appointment."""
    office = Office()
    office.has("Anna Smith", datetime(2026, 3, 12, 10, tzinfo=PRACTICE.zone))
    return office


@pytest.fixture
def two(office: Office) -> Office:
    """And another one."""
    office.has("Anna Smith", datetime(2026, 3, 20, 14, tzinfo=PRACTICE.zone), service="Cleaning")
    return office


@pytest.mark.parametrize(
    "asks",
    [
        "i need to cancel my appointment",
        "please cancel my check-up on thursday",
        "i can't make it on thursday, can you cancel that",
        "i want to call off my appointment with dr lee",
    ],
)
async def test_an_appointment_is_cancelled_after_a_yes_to_it(office: Office, asks: str) -> None:
    talk = Talk(office)

    read_back = await talk.says(asks, "anna smith")
    assert "cancel_appointment" not in talk.done
    done = await talk.says("yes please")

    assert read_back == f"I found {CHECK_UP}. Shall I cancel it?"
    assert done.startswith(f"I've cancelled your {CHECK_UP.removeprefix('a ')}.")
    assert office.booked == []


@pytest.mark.parametrize("no", ["no", "no leave it", "actually no", "never mind", "no goodbye"])
async def test_without_a_yes_it_stays(office: Office, no: str) -> None:
    talk = Talk(office)

    await talk.says("cancel my appointment", "anna smith", no)

    assert len(office.booked) == 1
    assert "cancel_appointment" not in talk.done


@pytest.mark.parametrize(
    ("lines", "start"),
    [
        (
            ("can i move my appointment to friday", "anna smith", "the first one"),
            "2026-03-13T09:00",
        ),
        (("i need to reschedule", "anna smith", "friday at two"), "2026-03-13T14:00"),
        (
            ("move my appointment from thursday to friday at three please", "anna smith"),
            "2026-03-13T15:00",
        ),
        (
            ("i have to change my appointment", "anna smith", "next monday", "nine"),
            "2026-03-16T09:00",
        ),
    ],
)
async def test_an_appointment_is_moved_after_a_yes_to_both_times(
    office: Office, lines: tuple[str, ...], start: str
) -> None:
    talk = Talk(office)

    read_back = await talk.says(*lines)
    await talk.says("yes")

    assert read_back.startswith(f"Shall I move your {CHECK_UP.removeprefix('a ')}, to ")
    assert talk.arguments("reschedule_appointment")["start"].startswith(start)
    assert len(office.booked) == 1


async def test_a_time_corrected_before_the_move_is_read_back_again(office: Office) -> None:
    talk = Talk(office)

    answer = await talk.says(
        "i need to reschedule", "anna smith", "friday at two", "no make it three"
    )

    assert "reschedule_appointment" not in talk.done
    assert answer.endswith("to Friday, March 13th at 3 PM with Dr. Lee?")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("the cleaning", CLEANING),
        ("the first one", CHECK_UP),
        ("the one on friday the twentieth", CLEANING),
        ("the one at ten", CHECK_UP),
        ("the last one", CLEANING),
    ],
)
async def test_of_several_the_one_meant_is_taken(two: Office, words: str, found: str) -> None:
    talk = Talk(two)

    question = await talk.says("i want to cancel an appointment", "anna smith")
    answer = await talk.says(words)

    assert question == f"I found {CHECK_UP}, or {CLEANING}. Which one do you mean?"
    assert answer == f"I found {found}. Shall I cancel it?"


async def test_the_words_of_the_wish_say_which_of_several(two: Office) -> None:
    talk = Talk(two)

    answer = await talk.says("please cancel my cleaning", "anna smith")

    assert answer == f"I found {CLEANING}. Shall I cancel it?"


async def test_another_appointment_than_the_one_named_is_not_passed_off_as_it(
    office: Office,
) -> None:
    talk = Talk(office)

    answer = await talk.says("please cancel my cleaning", "anna smith")

    assert answer == f"I can't find that one. I found {CHECK_UP}. Shall I cancel it?"


@pytest.mark.parametrize(
    "asks",
    ["when is my appointment", "do i have an appointment on thursday", "what time is my check-up"],
)
async def test_an_appointment_is_looked_up(office: Office, asks: str) -> None:
    talk = Talk(office)

    answer = await talk.says(asks, "anna smith")

    assert answer == f"You have {CHECK_UP}. Is there anything else I can help you with?"


async def test_all_of_several_are_read_out(two: Office) -> None:
    talk = Talk(two)

    answer = await talk.says("when are my appointments", "anna smith")

    assert answer.startswith(f"You have {CHECK_UP}, and {CLEANING}.")


async def test_what_was_looked_up_can_be_cancelled_as_it(office: Office) -> None:
    talk = Talk(office)

    read_back = await talk.says("when is my appointment", "anna smith", "oh cancel it please")
    await talk.says("yes")

    assert read_back == f"I found {CHECK_UP}. Shall I cancel it?"
    assert office.booked == []


async def test_what_was_just_booked_can_be_moved_as_it() -> None:
    talk = Talk()

    await talk.says("check-up tomorrow at ten, my name is anna smith", "yes")
    await talk.says("can you move it to thursday", "nine", "yes")

    assert talk.done[-1] == "reschedule_appointment"
    assert talk.office.booked[0]["start"] == "2026-03-12T09:00:00-04:00"


async def test_an_unknown_number_is_asked_for_the_date_of_birth() -> None:
    talk = Talk(Office(caller=None))

    assert "date of birth" in await talk.says("cancel my appointment", "anna smith")
    await talk.says("the first of may nineteen ninety")

    assert talk.arguments("find_appointments") == {
        "caller_name": "Anna Smith",
        "date_of_birth": "1990-05-01",
    }


async def test_who_does_not_know_the_date_of_birth_may_give_the_number(office: Office) -> None:
    office.caller = None
    office.booked[0]["phone"] = CALLER
    talk = Talk(office)

    asked = await talk.says("cancel my appointment", "anna smith", "i don't know that")
    found = await talk.says("212 555 0123")

    assert "phone number" in asked
    assert found == f"I found {CHECK_UP}. Shall I cancel it?"


async def test_what_is_not_found_by_number_is_looked_for_by_date_of_birth(office: Office) -> None:
    office.booked[0] |= {"phone": "+12125550188", "born": date(1990, 5, 1)}
    talk = Talk(office)

    asked = await talk.says("cancel my appointment", "anna smith")
    found = await talk.says("may first nineteen ninety")

    assert asked == "I can't find it yet. What is your date of birth?"
    assert CHECK_UP in found


async def test_nothing_found_at_all_leads_to_a_message(office: Office) -> None:
    talk = Talk(office)

    answer = await talk.says("cancel my appointment", "bob jones", "may first nineteen ninety")

    assert "can't find an appointment under those details" in answer
    assert answer.endswith("Would you like to leave a message?")


@pytest.mark.parametrize("function", ["find_appointments", "cancel_appointment"])
async def test_a_function_out_of_order_is_said_and_a_message_offered(
    office: Office, function: str
) -> None:
    office.failing[function] = {"ok": False, "error": "This does not work at the moment."}
    talk = Talk(office)

    answer = await talk.says("cancel my appointment", "anna smith")
    if function == "cancel_appointment":
        answer = await talk.says("yes")

    assert answer.startswith("I'm sorry, I c")
    assert answer.endswith("Would you like to leave a message?")
    assert len(office.booked) == 1
