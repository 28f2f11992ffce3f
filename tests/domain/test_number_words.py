"""Numbers as English words, and back from them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receptionist.domain import number_words as words
from receptionist.domain.spoken_numbers import read_number, spoken_digits


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "zero"),
        (42, "forty-two"),
        (100, "one hundred"),
        (101, "one hundred and one"),
        (1985, "one thousand nine hundred and eighty-five"),
        (1_000_001, "one million and one"),
    ],
)
def test_a_number_is_said_in_words(number: int, said: str) -> None:
    assert words.cardinal(number) == said


@pytest.mark.parametrize(
    ("year", "said"),
    [
        (1985, "nineteen eighty-five"),
        (1905, "nineteen oh five"),
        (1900, "nineteen hundred"),
        (2005, "two thousand and five"),
        (2026, "twenty twenty-six"),
    ],
)
def test_a_year_is_said_in_two_halves(year: int, said: str) -> None:
    assert words.year(year) == said


@pytest.mark.parametrize(
    ("hour", "minute", "half", "said"),
    [
        (8, 0, None, "eight o'clock"),
        (10, 5, None, "ten oh five"),
        (14, 30, None, "two thirty P M"),
        (0, 15, None, "twelve fifteen A M"),
        (9, 0, "A M", "nine A M"),
    ],
)
def test_a_time_is_said_on_the_twelve_hour_clock(
    hour: int, minute: int, half: str | None, said: str
) -> None:
    assert words.time_of_day(hour, minute, half) == said


def test_a_day_is_said_with_its_month_and_year() -> None:
    assert words.day_of_month(date(2026, 3, 9)) == "March ninth, twenty twenty-six"


@given(st.integers(0, 99))
def test_a_cardinal_is_read_back(number: int) -> None:
    said = words.cardinal(number).replace("-", " ").split()

    assert read_number(said, 0) == (str(number), len(said))


@given(st.integers(4, 31))
def test_an_ordinal_is_read_back(number: int) -> None:
    said = words.ordinal(number).replace("-", " ").split()

    assert read_number(said, 0) == (f"{number}th", len(said))


@given(st.integers(1910, 2099))
def test_a_year_is_read_back(year: int) -> None:
    said = words.year(year).replace("-", " ").split()

    assert read_number(said, 0) == (str(year), len(said))


@given(st.text("0123456789", min_size=1, max_size=15))
def test_digits_said_one_by_one_are_read_back(digits: str) -> None:
    assert spoken_digits(words.digits(digits)) == digits


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("double five", "55"),
        ("triple seven", "777"),
        ("oh one double two", "0122"),
        ("nought treble nine", "0999"),
        ("eight hundred", "800"),
        ("twenty two thirty", "2230"),
        ("double trouble", ""),
    ],
)
def test_repeated_digits_are_written_out(said: str, digits: str) -> None:
    assert spoken_digits(said) == digits
