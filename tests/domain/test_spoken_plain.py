"""A sentence's plain form, and the way back to the caller's words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receptionist.domain.spoken_plain import LONGEST, plain


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("Half past two.", "half past 2 ."),
        ("nineteen eighty four", "1984"),
        ("two thousand and six", "2006"),
        ("the twenty-fourth", "the 24th"),
        ("the 3rd, please", "the 3th please"),
        ("7:30 P.M.", "7:30 pm"),
        ("seven p . m .", "7 pm"),
        ("8a", "8 am"),
        ("nine o’clock", "9 oclock"),
        ("9-5", "9 - 5"),
        ("the second one", "the second one"),
        ("one of them", "one of them"),
        ("at one", "at 1"),
        ("double five", "55"),
        ("", ""),
    ],
)
def test_numbers_and_halves_of_the_day_are_written_one_way(said: str, text: str) -> None:
    assert plain(said).text == text


def test_what_was_found_is_quoted_in_the_callers_own_words() -> None:
    sentence = plain("Could I come at Half Past Two, maybe?")
    start = sentence.text.index("half")

    assert sentence.quote(start, start + len("half past 2")) == "Half Past Two"


@given(st.text(max_size=200))
def test_every_piece_can_be_quoted(said: str) -> None:
    sentence = plain(said)

    for start, end in zip(sentence.starts, sentence.ends, strict=True):
        assert sentence.quote(start, end) in sentence.said


def test_letters_that_grow_in_lower_case_shift_no_quote() -> None:
    sentence = plain("İİİ at Nine")
    start = sentence.text.index("at")

    assert sentence.quote(start, start + 2) == "at"


def test_what_goes_beyond_two_minutes_of_talk_is_not_read() -> None:
    assert "9" not in plain("a " * LONGEST + "nine").text
