"""Everything but appointments: messages, a person, questions, emergencies, several wishes."""

from dataclasses import replace
from datetime import datetime

import pytest

from tests.providers.llm.embedded_office import NOW, PRACTICE, Office, Talk

READY = "check-up tomorrow at ten please, my name is Anna Smith"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ("i'd like to leave a message", "anna smith", "the new tablets work well"),
            {"message": "the new tablets work well", "urgency": "routine"},
        ),
        (
            ("tell doctor lee that i need a new prescription please", "anna smith"),
            {"message": "tell doctor lee that i need a new prescription please",
             "recipient": "Dr. Lee"},
        ),
        (
            ("i want to leave an urgent message for dr patel", "anna smith", "please ring me"),
            {"message": "please ring me", "urgency": "urgent", "recipient": "Dr. Patel"},
        ),
        (
            ("i'm calling about my bill", "anna smith", "i was charged twice for my visit in may"),
            {"message": "i'm calling about my bill. i was charged twice for my visit in may"},
        ),
        (
            ("could somebody call me back", "this is anna smith", "my number is 212 555 0177"),
            {"phone": "+12125550177"},
        ),
    ],
)  # fmt: skip
async def test_a_message_is_passed_on_as_it_was_read_back(
    lines: tuple[str, ...], expected: dict[str, str]
) -> None:
    talk = Talk()

    read_back = await talk.says(*lines)
    if "What should I tell" in read_back:
        read_back = await talk.says("please call me back today")
    assert "take_message" not in talk.done
    await talk.says("yes that's right")

    kept = talk.arguments("take_message")
    assert kept["caller_name"] == "Anna Smith"
    assert kept["message"].rstrip(".") in read_back
    assert {key: kept.get(key) for key in expected} == expected


async def test_a_bill_is_not_taken_for_a_name() -> None:
    talk = Talk()

    assert await talk.says("i'm calling about my bill") == "May I have your full name?"


async def test_a_message_refused_is_taken_again() -> None:
    talk = Talk()

    await talk.says("i'd like to leave a message", "anna smith", "the tablets work")
    answer = await talk.says("no", "they do not work at all")

    assert "they do not work at all" in answer
    assert talk.office.messages == []


@pytest.mark.parametrize(
    "asks",
    ["can i speak to a person", "put me through to reception", "i want to talk to a human please",
     "operator", "(The caller pressed 0 and asks for a person.)"],
)  # fmt: skip
async def test_a_person_is_asked_for_at_once(asks: str) -> None:
    talk = Talk()

    await talk.says(asks)

    assert talk.done == ["transfer_call"]


async def test_when_nobody_is_there_a_message_is_offered_and_taken() -> None:
    talk = Talk(Office(now=datetime(2026, 3, 9, 20, 0, tzinfo=PRACTICE.zone)))

    answer = await talk.says("can i speak to a person")
    await talk.says("yes please", "anna smith", "please call me back", "yes")

    assert answer == (
        "I'm sorry, nobody is there just now, we're closed. Would you like to leave a message?"
    )
    assert talk.office.messages[0]["message"] == "please call me back"


async def test_an_unanswered_transfer_leads_to_a_message() -> None:
    talk = Talk()
    await talk.says("can i speak to a person")

    note = "(The transfer was not answered. Apologise and offer to take a message.)"

    assert (await talk.says(note)).endswith("Would you like to leave a message?")


async def test_a_question_is_answered_and_the_booking_goes_on() -> None:
    talk = Talk()

    answer = await talk.says("i want a check-up", "where can i park")

    assert answer == "There is free parking behind the building. What day would suit you?"


async def test_an_unknown_question_becomes_a_message() -> None:
    talk = Talk()

    answer = await talk.says("do you sell contact lenses")
    await talk.says("yes please", "anna smith", "yes")

    assert answer == "I'm sorry, I don't know that. Would you like to leave a message?"
    assert "do you sell contact lenses" in talk.office.messages[0]["message"]


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("my chest hurts and i can't breathe", "911"),
        ("my father is unconscious", "911"),
        ("i want to kill myself", "911"),
    ],
)
@pytest.mark.parametrize("before", [(), (READY,), ("i'd like to leave a message",)])
async def test_an_emergency_comes_first_wherever_the_conversation_is(
    words: str, number: str, before: tuple[str, ...]
) -> None:
    talk = Talk()

    answer = await talk.says(*before, words)

    assert number in answer.split(".")[0]
    assert not {"schedule_appointment", "take_message"} & set(talk.done)


async def test_after_a_false_alarm_the_booking_goes_on() -> None:
    talk = Talk()

    answer = await talk.says("my chest hurts", "no i'm fine, i want a check-up tomorrow at ten")

    assert "tomorrow at 10 am" in answer.casefold()


@pytest.mark.parametrize(
    "words", ["should i take two aspirin for my headache", "is this rash dangerous"]
)
async def test_advice_is_declined_and_something_else_offered(words: str) -> None:
    talk = Talk()

    answer = await talk.says(words)

    assert "can't give medical advice" in answer
    assert answer.endswith("?")


async def test_advice_in_a_booking_is_declined_and_the_booking_goes_on() -> None:
    talk = Talk()

    answer = await talk.says("i need a check-up", "should i take ibuprofen until then")

    assert "can't give medical advice" in answer
    assert answer.endswith("What day would suit you?")


@pytest.mark.parametrize("words", ["who won the football game last night", "tell me a joke"])
async def test_what_is_out_of_scope_is_said_to_be(words: str) -> None:
    talk = Talk()

    answer = await talk.says(words)

    assert "can't help with that" in answer or "I don't know that" in answer
    assert talk.said[-1].endswith("?")


async def test_two_wishes_of_one_sentence_are_done_one_after_another() -> None:
    office = Office()
    office.has("Anna Smith", datetime(2026, 3, 12, 10, tzinfo=PRACTICE.zone))
    talk = Talk(office)

    await talk.says("cancel my check-up and book a cleaning for tomorrow at nine", "anna smith")
    second = await talk.says("yes")
    await talk.says("yes")

    assert "I've cancelled your check-up" in second
    assert second.endswith("Shall I book it?")
    assert [row["service"] for row in office.booked] == ["Cleaning"]


async def test_a_yes_with_a_question_books_and_answers() -> None:
    talk = Talk()

    answer = await talk.says(READY, "yes and where can i park")

    assert talk.done == ["check_availability", "schedule_appointment", "answer_faq"]
    assert "You're booked" in answer
    assert "free parking" in answer


@pytest.mark.parametrize(
    "words", ["no thank you goodbye", "that's all", "bye", "no that's it thanks"]
)
async def test_a_goodbye_ends_the_call(words: str) -> None:
    talk = Talk()

    answer = await talk.says(READY, "yes", words)

    assert talk.done[-1] == "end_call"
    assert answer.endswith("Goodbye.")


async def test_who_says_something_after_the_goodbye_is_heard() -> None:
    talk = Talk()

    answer = await talk.says("bye", "oh wait where can i park")

    assert "free parking" in answer


@pytest.mark.parametrize("words", ["pardon", "can you repeat that", "what did you say"])
async def test_it_says_once_more_what_it_said(words: str) -> None:
    talk = Talk()

    first = await talk.says(READY)
    again = await talk.says(words)
    await talk.says("yes")

    assert again == first
    assert talk.done[-1] == "schedule_appointment"


async def test_noise_is_asked_about_and_in_the_end_a_person_is_offered() -> None:
    talk = Talk()

    answers = [await talk.says(text) for text in ("asdf qwer", "blub blah", "whatever")]

    assert "didn't catch that" in answers[0]
    assert "for example" in answers[1]
    assert answers[2].endswith("put you through to someone?")


async def test_a_mangled_service_is_asked_about() -> None:
    talk = Talk()

    assert await talk.says("i would like a clening") == "Did you say Cleaning?"
    await talk.says("yes", "tomorrow")

    assert talk.arguments("check_availability")["service"] == "Cleaning"


async def test_a_postcode_is_neither_a_name_nor_a_number_nor_a_time() -> None:
    talk = Talk(
        Office(
            practice=replace(PRACTICE, timezone="Europe/London", numbers=("+442071838750",)),
            now=NOW,
            caller="+442071838751",
        )
    )

    answer = await talk.says(
        "check-up tomorrow at ten, my name is anna smith", "my postcode is sw1a 1aa"
    )

    assert "for Anna Smith, tomorrow at 10 AM" in answer
    assert "The number is" not in answer


async def test_it_says_what_it_is() -> None:
    talk = Talk()

    answer = await talk.says("are you a real person")

    assert answer.startswith("I'm the automated receptionist of Maple Street Clinic.")
    assert talk.done == []


async def test_a_wish_half_understood_is_asked_about() -> None:
    talk = Talk()

    asked = await talk.says("i'd like to speak with dr lee please")
    await talk.says("yes")

    assert asked == "Did you want to speak to a person?"
    assert talk.done == ["transfer_call"]


async def test_a_price_that_names_a_service_is_a_question_not_a_booking() -> None:
    talk = Talk()

    await talk.says("how much is a cleaning")

    assert talk.arguments("answer_faq") == {"question": "how much is a cleaning"}


async def test_what_was_just_booked_can_be_cancelled_with_that() -> None:
    talk = Talk()

    await talk.says(READY, "yes", "actually cancel that", "yes")

    assert talk.done[-1] == "cancel_appointment"
    assert talk.office.booked == []


@pytest.mark.parametrize("words", ["can you hear me", "hello, are you still there"])
async def test_it_says_that_it_hears(words: str) -> None:
    talk = Talk()

    answer = await talk.says("a check-up please", words)

    assert answer == "Yes, I can hear you. What day would suit you?"


@pytest.mark.parametrize("asks", ["the same for my wife please", "and one for my son as well"])
async def test_the_same_is_booked_for_the_family(asks: str) -> None:
    talk = Talk()
    await talk.says("a check-up tomorrow at ten with dr lee", "anna smith", "yes")

    offer = await talk.says(asks)
    await talk.says("the first one", "leo smith", "yes")

    assert offer.startswith("I have tomorrow at")
    kept = talk.arguments("schedule_appointment")
    assert (kept["caller_name"], kept["service"]) == ("Leo Smith", "Check-up")
    assert kept["start"].startswith("2026-03-10T10:")
