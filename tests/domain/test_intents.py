"""What callers want is told from their words and from what was just asked."""

import pytest

from receptionist.domain.intents import INFORM, hear, intent_of, intents
from receptionist.domain.linear_text import read_model, shipped, write_model
from receptionist.domain.text_features import BUCKETS, features, words

NAMES = {
    "book", "cancel", "reschedule", "check_appointment", "human", "find_provider", "faq",
    "faq_detail", "question", "other_options", "affirm", "deny", "thanks", "goodbye", "greet",
    "repeat", "dont_know", "dont_care", "nevermind", "acknowledge", "bot_question", "help",
    "message", "out_of_scope",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("could you squeeze me in on friday", "book"),
        ("my daughter needs to see the doctor this week", "book"),
        ("something's come up, can we push my appointment back a day", "reschedule"),
        ("i won't be able to come to my check-up tomorrow", "cancel"),
        ("please nix my booking", "cancel"),
        ("what time was my appointment again", "check_appointment"),
        ("let me talk to a real person", "human"),
        ("is there somebody at the desk who can help me", "human"),
        ("pass me to a member of staff please", "human"),
        ("this is getting ridiculous", "human"),
        ("i said operator", "human"),
        ("i want to make a complaint", "human"),
        ("i have this annoying cough and need an appointment", "book"),
        ("it's really annoying, i have to cancel my appointment", "cancel"),
        ("the tablets are no use and my knee is no better, i need an appointment", "book"),
        ("tell doctor lee i called", "message"),
        ("i need a repeat prescription", "message"),
        ("are you a robot", "bot_question"),
        ("how does all this work, what can you do", "help"),
        ("sorry, say that again", "repeat"),
        ("whichever is easiest for you", "dont_care"),
        ("i really couldn't tell you", "dont_know"),
        ("oh forget it", "nevermind"),
        ("cheers, much obliged", "thanks"),
        ("right, bye then", "goodbye"),
        ("good morning", "greet"),
        ("yep, go for it", "affirm"),
        ("nah, that isn't it", "deny"),
        ("who won the match last night", "out_of_scope"),
        ("order me a pizza", "out_of_scope"),
    ],
)
def test_what_a_caller_wants_is_understood(text: str, intent: str) -> None:
    assert intent_of(text) == intent


@pytest.mark.parametrize(
    ("previous", "text", "intent"),
    [
        ("Shall I book two o'clock?", "make it three", "deny"),
        ("Shall I book two o'clock?", "that works, thanks", "affirm"),
        ("Would you like to book an appointment?", "yes, on tuesday", "affirm"),
        ("Would you like to book an appointment?", "maybe later", "deny"),
        ("Is there anything else I can do?", "that's all", "deny"),
        ("Is there anything else I can do?", "no, bye", "goodbye"),
        ("How about Dr. Lee in Oakland?", "is there another dentist", "other_options"),
    ],
)
def test_what_was_just_asked_decides_what_is_meant(previous: str, text: str, intent: str) -> None:
    assert intent_of(text, previous=previous) == intent


def test_only_intents_of_the_interface_are_named() -> None:
    assert set(shipped("intents").labels) == NAMES | {INFORM}
    assert all(name in NAMES for name, _ in intents("my name is anna smith"))


@pytest.mark.parametrize("text", ["", "   ", "?", "ünïcode ✓", "x" * 5000, "no " * 500])
def test_any_text_has_an_intent_with_a_score(text: str) -> None:
    ranked = intents(text)

    assert ranked
    assert all(0 <= score <= 1 for _, score in ranked)
    assert [score for _, score in ranked] == sorted((s for _, s in ranked), reverse=True)


def test_scores_of_everything_heard_add_up_to_one() -> None:
    assert sum(score for _, score in hear("book me a check-up").ranked) == pytest.approx(1)


def test_information_is_known_as_such_inside() -> None:
    assert hear("the fourteenth of may nineteen eighty").first == INFORM


def test_days_months_and_numbers_count_as_what_they_are() -> None:
    assert words("Tuesday, 3 June at ten?") == ["<day>", "<#>", "<month>", "at", "<#>", "?"]


def test_a_hint_is_a_feature_of_its_own() -> None:
    assert set(features("yes")) < set(features("yes", ("book",)))


def test_a_model_is_read_as_it_was_written() -> None:
    weights = [0] * ((BUCKETS + 1) * 2)
    weights[-2:] = [5, -5]

    model = read_model(write_model(("a", "b"), 0.5, weights))

    assert model.scores("anything")[0][0] == "a"
    assert sum(score for _, score in model.scores("anything")) == pytest.approx(1)
