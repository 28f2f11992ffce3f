"""Which words ask for the floor."""

import pytest

from receptionist.voice.floor_words import (
    is_agreement,
    is_backchannel,
    is_echo,
    question_heard,
    without,
    words_of,
)


def test_words_are_compared_without_case_and_punctuation() -> None:
    assert words_of("That’s O.K., Dr. Lee!") == ["that's", "o", "k", "dr", "lee"]


@pytest.mark.parametrize(
    "text", ["mm-hm", "Okay.", "yeah yeah", "uh-huh", "I see", "all right", "oh okay", "um", ""]
)
def test_a_listeners_sounds_do_not_ask_for_the_floor(text: str) -> None:
    assert is_backchannel(text)


@pytest.mark.parametrize(
    "text",
    ["no", "stop", "wait", "hello", "hello?", "oh no", "okay but wait", "yes on Tuesday", "I"],
)
def test_real_words_do(text: str) -> None:
    assert not is_backchannel(text)


@pytest.mark.parametrize("text", ["yes", "Yeah.", "okay sure", "mm-hm", "uh-huh", "sounds good"])
def test_these_would_be_answers_to_a_question(text: str) -> None:
    assert is_agreement(text)


@pytest.mark.parametrize("text", ["um", "oh", "hmm", "I see", "no", "yes on Tuesday", ""])
def test_these_would_not(text: str) -> None:
    assert not is_agreement(text)


OURS = ["We are open from nine to five.", "Hello hello, please wait."]


@pytest.mark.parametrize("text", ["we are open", "are open from nine to five", "open from nine"])
def test_our_own_words_coming_back_are_an_echo(text: str) -> None:
    assert is_echo(text, OURS)


@pytest.mark.parametrize(
    "text", ["nine", "at nine on Tuesday", "are you open", "hello hello", "wait", ""]
)
def test_other_words_and_calls_for_attention_are_not(text: str) -> None:
    assert not is_echo(text, OURS)


@pytest.mark.parametrize(
    ("said", "heard", "asked"),
    [
        ("Shall I book it?", "", False),
        ("Shall I book it?", "Shall I", True),
        ("That is ten on Tuesday. Shall I book it?", "That is ten on Tuesday.", False),
        ("That is ten on Tuesday. Shall I book it?", "That is ten on Tuesday. Shall", False),
        ("That is ten on Tuesday. Shall I book it?", "That is ten on Tuesday. Shall I", True),
        ("Is that right? If so, please hold.", "Is that right? If", True),
        ("Shall I book Dr. Lee? ", "Shall I book Dr.", True),
        ("We are open all day.", "We are open all day.", False),
        ("", "", False),
    ],
)
def test_a_question_is_asked_when_half_of_it_is_heard(said: str, heard: str, asked: bool) -> None:
    assert question_heard(said, heard) is asked


@pytest.mark.parametrize(
    ("text", "known", "rest"),
    [
        ("I need a visit on Tuesday.", "i need a visit", "on Tuesday."),
        ("I need a visit, please", "I need a visit", "please"),
        ("I need", "i need", ""),
        ("I needed a visit", "i need", "I needed a visit"),
        ("I", "i need", "I"),
        (" hello ", "", "hello"),
    ],
)
def test_known_words_are_taken_off_the_front(text: str, known: str, rest: str) -> None:
    assert without(text, words_of(known)) == rest
