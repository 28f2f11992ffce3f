"""Whatever callers say: nothing is written that was not read back and agreed to."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from receptionist.conversation.claims import unbacked
from receptionist.conversation.context import CommittedAction
from receptionist.domain.booking import Slot
from receptionist.domain.contacts import read_back
from receptionist.ports.language_model import ChatMessage
from receptionist.voice.sentences import SentenceSplitter
from tests.providers.llm.embedded_office import PRACTICE, WRITES, Office, Talk

YES = (
    "yes",
    "yes please",
    "yeah that's right",
    "sure go ahead",
    "ok perfect",
    "yes and where can i park",
    "that works for me thanks",
    "please do",
    "i think so yes",
    "sounds good",
)
OTHER = (
    "i want to book an appointment",
    "a check-up tomorrow at ten please",
    "book me a cleaning on thursday afternoon with doctor lee",
    "as soon as possible",
    "the first one",
    "the last one please",
    "anything later",
    "not doctor lee",
    "after four",
    "next week",
    "at seven",
    "in the morning",
    "anna smith",
    "my name is bob jones",
    "no it's smyth",
    "s m y t h",
    "anna",
    "212 555 0177",
    "my number is two one two five five five oh one nine nine",
    "the first of may nineteen ninety",
    "i was born on march third 1984",
    "i don't know",
    "i need to cancel my appointment",
    "cancel it",
    "can you move it to friday",
    "i need to move my check-up to friday at three",
    "when is my appointment",
    "i'd like to leave a message",
    "tell doctor patel that my knee hurts, it's urgent",
    "please call me back today",
    "i'm calling about my bill",
    "can i speak to a person",
    "where can i park",
    "do you sell glasses",
    "who won the game",
    "my chest hurts and i can't breathe",
    "should i take aspirin for it",
    "cancel my check-up and book a cleaning for friday",
    "yes but make it eleven",
    "no",
    "no thanks",
    "never mind",
    "the name",
    "the time",
    "wait",
    "what did you say",
    "hello",
    "thank you",
    "goodbye",
    "um",
    "blah blub",
    "it's for my son",
    "(The caller pressed 0 and asks for a person.)",
    "(We were cut off and are connected again. Say so briefly and go on.)",
)
ERRORS = (
    "that time is taken; offer these instead",
    "that date of birth cannot be; ask for it again",
    "ask the caller for a phone number with its area code",
    "there is no such service; the services are: Check-up",
    "Cleaning is done by: Dr. Lee",
    "This does not work at the moment. Say so and offer to take a message.",
    "",
)
FUNCTIONS = sorted(
    WRITES | {"check_availability", "find_appointments", "answer_faq", "transfer_call", "end_call"}
)
said = st.one_of(st.sampled_from(YES), st.sampled_from(OTHER))
turns = st.lists(st.tuples(said, st.integers(0, 9)), min_size=1, max_size=14)
trouble = st.dictionaries(st.sampled_from(FUNCTIONS), st.sampled_from(ERRORS), max_size=3)


@settings(max_examples=150, deadline=None)
@given(turns, trouble, st.booleans(), st.booleans())
def test_no_function_writes_what_was_not_read_back_and_agreed_to(
    turns: Sequence[tuple[str, int]],
    trouble: Mapping[str, str],
    withheld: bool,
    waiting: bool,
) -> None:
    office = Office(caller=None if withheld else "+12125550123")
    office.has("Anna Smith", datetime(2026, 3, 12, 10, tzinfo=PRACTICE.zone))
    office.failing = {name: {"ok": False, "error": error} for name, error in trouble.items()}

    asyncio.run(_held(Talk(office, waiting=waiting), turns))


async def _held(talk: Talk, turns: Sequence[tuple[str, int]]) -> None:
    for text, heard in turns:
        before, known = talk.messages[-1].content, dict(_spoken(talk.office))
        done = len(talk.calls)

        answer = await talk.says(text)

        assert answer.strip()
        _assert_claims_only_what_was_done(talk, answer)
        for name, arguments in talk.calls[done:]:
            if name in WRITES:
                assert text in YES, (text, name)
                _assert_read_back(before, name, arguments, known, talk.office)
        if heard == 0:
            _cut_short(talk)


def _assert_claims_only_what_was_done(talk: Talk, answer: str) -> None:
    """What the router would hold back would not be heard."""
    done = [CommittedAction(name, arguments, {}) for name, arguments in talk.calls]
    for sentence in (splitter := SentenceSplitter()).push(answer) + splitter.flush():
        assert unbacked(sentence, done) is None, sentence


def _spoken(office: Office) -> Mapping[str, str]:
    return {row["appointment_id"]: row["spoken"] for row in office.booked}


def _cut_short(talk: Talk) -> None:
    """The caller cut in: only half of the last answer was heard."""
    last = talk.messages[-1]
    if last.role == "assistant" and not last.tool_calls:
        half = " ".join(last.content.split()[: len(last.content.split()) // 2])
        talk.messages[-1] = replace(last, content=f"{half} —")


def _assert_read_back(
    heard: str, name: str, asked: Mapping[str, Any], known: Mapping[str, str], office: Office
) -> None:
    expected = {
        "schedule_appointment": _booking,
        "reschedule_appointment": _move,
        "cancel_appointment": lambda a, k, _: ["Shall I cancel it?", k[a["appointment_id"]]],
        "take_message": _message,
        "join_waiting_list": lambda a, *_: ["waiting list", a["service"].lower(), a["caller_name"]],
    }[name]
    for words in expected(asked, known, office):
        assert words in heard, (name, words, heard)


def _booking(asked: Mapping[str, Any], _: object, office: Office) -> list[str]:
    words = [asked["service"].lower(), asked["caller_name"], _when(asked, office)]
    words += [f"with {asked['practitioner']}", "Shall I book it?"]
    if "phone" in asked:
        words.append(read_back(asked["phone"]))
    if "date_of_birth" in asked:
        words.append(f"{datetime.fromisoformat(asked['date_of_birth']):%Y}")
    return words


def _when(asked: Mapping[str, Any], office: Office) -> str:
    start = datetime.fromisoformat(asked["start"])
    return Slot(start, start, start, "").spoken(office.now.date()).removesuffix(" with ")


def _move(asked: Mapping[str, Any], known: Mapping[str, str], office: Office) -> list[str]:
    return ["Shall I move your", known[asked["appointment_id"]], f"to {_when(asked, office)}"]


def _message(asked: Mapping[str, Any], _: object, office: Office) -> list[str]:
    number = asked.get("phone") or office.caller
    words = [asked["message"].rstrip(".?! "), asked["caller_name"], read_back(number)]
    words += ["urgent message"] if asked["urgency"] == "urgent" else []
    return words + ([f"for {asked['recipient']}"] if "recipient" in asked else [])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(("user", "assistant")), said), max_size=12),
    st.booleans(),
)
def test_any_conversation_can_be_gone_on_with(
    messages: Sequence[tuple[str, str]], withheld: bool
) -> None:
    """Another model may have left it in any state; a yes to its words writes nothing."""
    talk = Talk(Office(caller=None if withheld else "+12125550123"))
    for role, text in messages:
        talk.messages.append(ChatMessage("user" if role == "user" else "assistant", text))

    answer = asyncio.run(talk.says("yes"))

    assert answer.strip()
    assert not WRITES & set(talk.done)
