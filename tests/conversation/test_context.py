"""The dialogue: what was said, done and heard."""

import json

from hypothesis import given
from hypothesis import strategies as st

from receptionist.conversation.context import INTERRUPTED, LONGEST_ENTRIES, Conversation
from receptionist.ports.language_model import ToolCall
from tests.conversation.fakes import FACTS, booking


def spoken_by(conversation: Conversation) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in conversation.messages]


def answered(conversation: Conversation, *sentences: str) -> None:
    answer = conversation.open_round()
    for sentence in sentences:
        answer.say(sentence)


def acted(conversation: Conversation, call: ToolCall, **result: object) -> None:
    answer = conversation.open_round()
    answer.plan([call])
    answer.record(call.id, {"ok": True, **result}, keep=True)


def test_a_barge_in_keeps_only_what_was_heard() -> None:
    conversation = Conversation(FACTS)
    conversation.begin_turn("What times?")
    answered(conversation, "I have ten,", "eleven and twelve.")

    conversation.heard("I have ten,")

    assert spoken_by(conversation)[-1] == ("assistant", f"I have ten, {INTERRUPTED}")


def test_what_was_done_stays_though_nothing_was_heard() -> None:
    conversation = Conversation(FACTS)
    conversation.begin_turn("Yes.")
    answered(conversation, "One moment.")
    acted(conversation, booking())
    answered(conversation, "It's booked.")

    conversation.heard("")

    roles = [role for role, _ in spoken_by(conversation)]
    assert roles.count("tool") == 1
    assert "booked" not in " ".join(
        text for role, text in spoken_by(conversation) if role != "tool"
    )


def test_heard_words_are_shared_out_over_the_rounds() -> None:
    conversation = Conversation(FACTS)
    conversation.begin_turn("Yes.")
    answered(conversation, "One moment.")
    acted(conversation, booking())
    answered(conversation, "It's booked for ten.")

    conversation.heard("One moment. It's booked")

    texts = [text for role, text in spoken_by(conversation) if role == "assistant"]
    assert texts == ["One moment.", "", f"It's booked {INTERRUPTED}"]


def test_nothing_is_added_to_an_answer_after_the_barge_in() -> None:
    conversation = Conversation(FACTS)
    conversation.begin_turn("Hello.")
    answer = conversation.open_round()
    answer.say("Good morning.")
    conversation.heard("Good")

    answer.say("How can I help?")

    assert spoken_by(conversation)[-1] == ("assistant", f"Good {INTERRUPTED}")


def test_an_earlier_answer_is_not_cut_by_a_turn_that_said_nothing() -> None:
    conversation = Conversation(FACTS)
    conversation.greet("Hello.")
    conversation.begin_turn("Hi.")

    conversation.heard("")

    assert spoken_by(conversation)[0] == ("assistant", "Hello.")


def test_a_call_without_a_result_is_not_shown() -> None:
    conversation = Conversation(FACTS)
    conversation.begin_turn("Yes.")
    answer = conversation.open_round()
    answer.plan([booking("a"), booking("b")])

    answer.record("b", {"ok": True}, keep=True)

    assert [call.id for call in conversation.messages[-2].tool_calls] == ["b"]


def test_a_dropped_turn_leaves_no_trace_but_what_was_done() -> None:
    conversation = Conversation(FACTS)
    conversation.greet("Hello.")
    conversation.begin_turn("I'd like")
    answered(conversation, "Yes?")
    conversation.drop_turn()

    assert spoken_by(conversation) == [("assistant", "Hello.")]


def test_notes_are_in_parentheses_and_are_not_the_callers_words() -> None:
    conversation = Conversation(FACTS)

    conversation.note("The caller pressed 0.")

    assert spoken_by(conversation) == [("user", "(The caller pressed 0.)")]
    assert conversation.callers_words == ""


def test_a_restored_conversation_is_the_same() -> None:
    conversation = Conversation(FACTS)
    conversation.greet("Hello.")
    conversation.begin_turn("Yes.")
    acted(conversation, booking(), when="2026-03-10")
    answered(conversation, "It's booked.")
    conversation.note("The caller has been silent.")

    stored = json.loads(json.dumps(conversation.snapshot()))
    again = Conversation.restore(stored, FACTS)

    assert again.messages == conversation.messages
    assert again.committed == conversation.committed
    assert again.snapshot() == conversation.snapshot()


def test_a_long_call_forgets_small_talk_but_not_what_was_booked() -> None:
    conversation = Conversation(FACTS)
    conversation.begin_turn("Yes.")
    acted(conversation, booking())

    for number in range(LONGEST_ENTRIES):
        conversation.begin_turn(f"question {number}")
        answered(conversation, f"answer {number}")

    messages = conversation.messages
    assert len(messages) <= LONGEST_ENTRIES + 4
    assert any(message.role == "tool" for message in messages)
    assert messages[-1].content == f"answer {LONGEST_ENTRIES - 1}"


@given(st.lists(st.text(min_size=1), max_size=4), st.text())
def test_heard_never_raises_and_keeps_the_callers_words(said: list[str], heard: str) -> None:
    conversation = Conversation(FACTS)
    conversation.begin_turn("Hello.")
    answered(conversation, *said)

    conversation.heard(heard)

    assert conversation.messages[0].content == "Hello."
