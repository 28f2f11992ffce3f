"""The embedded engine as a language model, and going on with what another one began."""

import json
from dataclasses import replace
from typing import Any

import pytest

from providers.llm.embedded import EmbeddedLanguageModel
from receptionist.ports.language_model import ChatMessage, LanguageModel, ToolCall
from tests.providers.llm.contract import LanguageModelContract, events_of, request
from tests.providers.llm.embedded_office import Office, Talk

READY = "check-up tomorrow at ten please, my name is Anna Smith"


class TestEmbeddedContract(LanguageModelContract):
    @pytest.fixture
    def model(self) -> LanguageModel:
        return EmbeddedLanguageModel()


def called(talk: Talk, name: str, result: dict[str, Any], **arguments: str) -> None:
    """Another model called a function."""
    call = ToolCall(f"other-{len(talk.messages)}", name, json.dumps(arguments))
    talk.messages.append(ChatMessage("assistant", "", (call,)))
    talk.messages.append(ChatMessage("tool", json.dumps(result), tool_call_id=call.id))


def heard(talk: Talk, text: str) -> None:
    """The caller said this while another model answered."""
    talk.messages.append(ChatMessage("user", text))


OFFER = {"start": "2026-03-10T10:00:00-04:00", "practitioner": "Dr. Lee",
         "spoken": "tomorrow at 10 AM with Dr. Lee"}  # fmt: skip
OTHER = {"start": "2026-03-10T14:00:00-04:00", "practitioner": "Dr. Lee",
         "spoken": "tomorrow at 2 PM with Dr. Lee"}  # fmt: skip


async def test_it_goes_on_with_the_offers_another_model_made() -> None:
    talk = Talk()
    heard(talk, "hiya, could i pop in tomorrow for the usual?")
    offers = {"ok": True, "offers": [OFFER, OTHER]}
    called(talk, "check_availability", offers, service="Check-up", date_from="2026-03-10")
    talk.hears("I can do ten in the morning or two in the afternoon. Which suits you better?")

    answer = await talk.says("the second one, my name is anna smith")
    await talk.says("yes")

    assert (
        answer
        == "That's a check-up for Anna Smith, tomorrow at 2 PM with Dr. Lee. Shall I book it?"
    )
    assert talk.arguments("schedule_appointment")["start"] == OTHER["start"]


async def test_a_yes_to_another_models_read_back_is_asked_for_again() -> None:
    talk = Talk()
    heard(talk, READY)
    offers = {"ok": True, "offers": [OFFER]}
    called(talk, "check_availability", offers, service="Check-up", date_from="2026-03-10")
    talk.hears("So Anna, that's ten tomorrow with Doctor Lee. Shall I go ahead?")

    answer = await talk.says("yes")

    assert answer.endswith("tomorrow at 10 AM with Dr. Lee. Shall I book it?")
    assert "schedule_appointment" not in talk.done


@pytest.mark.parametrize(
    ("asked", "answer", "said"),
    [
        ("Of course. May I have your full name?", "anna smith", "Anna Smith"),
        ("Whose name is it under?", "it's under Bob Jones", "Bob Jones"),
    ],
)
async def test_it_takes_the_answer_to_another_models_question(
    asked: str, answer: str, said: str
) -> None:
    talk = Talk()
    heard(talk, "i'd like to leave a message")
    talk.hears(asked)

    await talk.says(answer, "the tablets work well")

    assert f"From {said}, on" in talk.said[-1]


async def test_the_name_another_model_used_is_known() -> None:
    talk = Talk()
    heard(talk, "when am i in next? Szczepańska, Zofia")
    found: dict[str, Any] = {"ok": True, "appointments": []}
    called(
        talk,
        "find_appointments",
        found,
        caller_name="Zofia Szczepańska",
        date_of_birth="1990-05-01",
    )
    talk.hears("I'm afraid I can't find one. Would you like to book one?")

    answer = await talk.says("yes book me a check-up tomorrow at ten")

    assert "for Zofia Szczepańska" in answer
    assert "May 1st, 1990" in answer


async def test_what_was_booked_before_it_took_over_can_be_cancelled_as_it() -> None:
    office = Office()
    talk = Talk(office)
    await talk.says(READY, "yes")
    talk.hears("All done! Was there something else?")

    answer = await talk.says("oh no, cancel it please")

    assert "Shall I cancel it?" in answer or "I found" in answer


async def test_a_read_back_cut_short_is_not_confirmed_by_a_yes() -> None:
    talk = Talk()
    await talk.says(READY)
    talk.messages[-1] = replace(talk.messages[-1], content="That's a check-up for Anna —")

    answer = await talk.says("yes")

    assert answer.endswith("Shall I book it?")
    assert "schedule_appointment" not in talk.done


async def test_a_function_that_is_not_offered_is_not_called() -> None:
    talk = Talk(without="transfer_call")

    answer = await talk.says("can i speak to a person")

    assert talk.done == []
    assert answer.endswith("Would you like to leave a message?")


async def test_broken_arguments_and_results_of_others_do_no_harm() -> None:
    talk = Talk()
    call = ToolCall("x", "check_availability", "{not json")
    talk.messages += [
        ChatMessage("user", "hello"),
        ChatMessage("assistant", "", (call,)),
        ChatMessage("tool", "[]", tool_call_id="x"),
        ChatMessage("tool", "nonsense", tool_call_id="unknown"),
    ]

    assert (await talk.says("where can i park")).startswith("There is free parking")


async def test_the_same_conversation_always_gets_the_same_answer() -> None:
    model = EmbeddedLanguageModel()
    asked = request(ChatMessage("user", "what can you do"))

    assert await events_of(model, asked) == await events_of(model, asked)


@pytest.mark.parametrize(
    ("note", "words"),
    [
        (
            "(The caller could not be understood twice in a row. Offer to take a message.)",
            "message?",
        ),
        ("(We were cut off and are connected again. Say so briefly and go on.)", "cut off"),
    ],
)
async def test_what_happened_on_the_line_is_spoken_of(note: str, words: str) -> None:
    talk = Talk()

    assert words in await talk.says(note)


async def test_after_a_lost_line_the_booking_goes_on_where_it_was() -> None:
    talk = Talk()
    await talk.says(READY)

    note = "(We were cut off and are connected again. Say so briefly and go on.)"
    answer = await talk.says(note)

    assert answer.startswith("Sorry, we were cut off.")
    assert answer.endswith("Shall I book it?")
