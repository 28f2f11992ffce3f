"""Phone numbers as callers give them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receptionist.domain.number_words import digits
from receptionist.domain.spoken_contacts import find_phone

AMERICAN = st.integers(2_000_000_000, 9_999_999_999).map(str)


@given(AMERICAN)
def test_any_number_said_digit_by_digit_is_read_back(number: str) -> None:
    assert find_phone(f"my number is {digits(number)}", "US") == f"+1{number}"
    assert find_phone(f"{number[:3]}-{number[3:6]}-{number[6:]}", "US") == f"+1{number}"


@pytest.mark.parametrize(
    ("said", "region", "number"),
    [
        ("two one two, five five five, oh one double nine", "US", "+12125550199"),
        ("(212) 555-0199", "US", "+12125550199"),
        ("212. 555. 0199.", "US", "+12125550199"),
        ("it's eight hundred, five five five, twelve thirty four", "US", "+18005551234"),
        ("area code 212 and then 555 0199", "US", "+12125550199"),
        ("oh double seven double oh, nine hundred, one two three", "GB", "+447700900123"),
        ("zero double seven double zero nine triple zero one two", "GB", "+447700900012"),
        ("my number is +44 7700 900123", "US", "+447700900123"),
        ("plus four four seven seven double oh nine hundred one two three", "US", "+447700900123"),
        ("I have 2 kids and my number is 212 555 0199", "US", "+12125550199"),
        ("call me on five five five for two for oh one double nine", "US", "+15554240199"),
    ],
)
def test_a_number_is_understood_as_it_is_said(said: str, region: str, number: str) -> None:
    assert find_phone(said, region) == number


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("212 555 0198, sorry, 0199", "+12125550199"),
        ("212 555 0198 no wait 646 555 0123", "+16465550123"),
    ],
)
def test_a_correction_replaces_what_it_is_as_long_as(said: str, number: str) -> None:
    assert find_phone(said, "US") == number


@pytest.mark.parametrize(
    ("said", "region"),
    [
        ("", "US"),
        ("five five five", "US"),
        ("555 0199", "US"),
        ("I was born on the 3rd of May 1984", "GB"),
        ("on 2018/05/12 at 11:45", "GB"),
        ("12/05/2026", "DE"),
        ("April 21 2018 for four people", "GB"),
        ("212 555 019", "US"),
    ],
)
def test_what_is_no_whole_number_is_none(said: str, region: str) -> None:
    assert find_phone(said, region) is None


def test_a_word_that_sounds_like_a_digit_counts_only_where_a_number_is_meant() -> None:
    said = "five five five for two for oh one double nine"

    assert find_phone(said, "US") is None
    assert find_phone(said, "US", asked=True) == "+15554240199"
