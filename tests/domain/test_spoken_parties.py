"""How many people come."""

from datetime import datetime

import pytest

from receptionist.domain.spoken_dates import read_moments
from receptionist.domain.spoken_parties import find_people

NOW = datetime.fromisoformat("2026-11-23T09:00")


def people(said: str, *, asked: bool = False) -> str | list[str] | None:
    return find_people(said, read_moments(said, NOW), asked=asked)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("a table for two at seven", "two"),
        ("for 4 people on Friday", "4 people"),
        ("me and my three kids", "me and my three kids"),
        ("there are seven of us", "seven"),
        ("my wife, my son and I", "my wife, my son and I"),
        ("a party of 6", "6"),
        ("a grandmother and her grandson", "a grandmother and her grandson"),
    ],
)
def test_the_words_that_count_people_are_found(said: str, words: str) -> None:
    assert people(said) == words


@pytest.mark.parametrize(
    "said", ["at two", "in a couple of minutes", "on the 2nd", "for 7 pm", "one moment", ""]
)
def test_what_counts_something_else_is_none(said: str) -> None:
    assert people(said) is None


def test_a_lone_number_is_people_where_they_were_asked_for() -> None:
    assert people("just two please", asked=True) == "two"
    assert people("just two please") is None
