"""How long to wait after these words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receptionist.voice.completeness import LONG_MS, SHORT_MS, USUAL_MS, silence_needed_ms


@pytest.mark.parametrize(
    "text",
    [
        "",
        # Dangling words.
        "I'd like to come on Tuesday and",
        "or",
        "not the first one but",
        "because",
        "I'm looking for the",
        "I want to",
        "it's for",
        "um",
        "yes and uh",
        # Openings without their rest.
        "my number is",
        "my phone number",
        "my date of birth",
        "my last name is",
        "I need",
        "I would like",
        "can you tell me",
        "could you",
        "hold on",
        "let me check",
        # Half a telephone number.
        "my number is 555",
        "five five five",
        "five five five oh one",
        "zero seven seven zero zero nine zero zero one two",
        "my mobile is 07700 900",
        "you can reach me at 555 0123 and then four",
        "555 555 double",
        # Half a date.
        "the third of",
        "the fifteenth",
        "the 15th",
        "November",
        "my birthday is the third of November",
        "I was born on the 3rd",
        # Spelled letters.
        "S M I T",
        "w20 a",
        "that's spelled B R",
    ],
)
def test_what_sounds_unfinished_waits(text: str) -> None:
    assert silence_needed_ms(text) == LONG_MS


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "No.",
        "yes please",
        "okay",
        "that's right",
        "no that's all",
        "thank you, goodbye",
        "no thank you very much",
        "bye bye",
        "Where can I park?",
        "what time do you open",
        "who do I have to talk to?",
        "a check-up on Tuesday please",
        "my number is (555) 555-0123",
        "my number is five five five zero one two three four five six",
        "my mobile number is 07700 900123",
    ],
)
def test_what_is_certainly_whole_is_answered_at_once(text: str) -> None:
    assert silence_needed_ms(text) == SHORT_MS


@pytest.mark.parametrize(
    "text",
    [
        "I'd like an appointment on Tuesday",
        "Anna Smith",
        "at 8:30",
        "tomorrow at ten a.m.",
        "at 5",
        "two",
        "November 5th",
        "the 3rd of November",
        "in November",
        "27th of the 9th 1979",
        "I was born on 12 5 1980",
        "my birthday is the third of November 1980",
        "on 11/12/2026",
        "the first one",
        "the second",
        "call me tomorrow",
        "sw1a 1 a a",
        "w20 a b",
        "I have a bad tooth",
        "can I get an appointment",
    ],
)
def test_everything_else_waits_the_usual_time(text: str) -> None:
    assert silence_needed_ms(text) == USUAL_MS


@settings(deadline=None)
@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    assert silence_needed_ms(text) in (SHORT_MS, USUAL_MS, LONG_MS)


@settings(deadline=None)
@given(
    st.lists(st.sampled_from("0123456789"), min_size=2, max_size=9),
    st.sampled_from(["", "my number is ", "it's "]),
)
def test_a_number_is_waited_for_until_it_has_ten_digits(digits: list[str], opening: str) -> None:
    assert silence_needed_ms(opening + " ".join(digits)) == LONG_MS
