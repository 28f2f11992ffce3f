"""Postcodes as callers spell them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receptionist.domain.number_words import digits
from receptionist.domain.spelling_alphabets import NATO
from receptionist.domain.spoken_postcodes import AREAS, find_postcode, find_zip

CODES = st.builds(
    "{}{} {}{}".format,
    st.sampled_from(sorted(AREAS)),
    st.integers(1, 9),
    st.integers(1, 9),
    st.text("ABDEFGHJLNPQRSTUWXYZ", min_size=2, max_size=2),
)
ALPHABET = {letter: word for word, letter in reversed(NATO.items())}


@given(CODES)
def test_any_postcode_is_found_as_written(code: str) -> None:
    assert find_postcode(f"it's {code}", asked=True) == code
    assert find_postcode(f"my postcode is {code.replace(' ', '').lower()}") == code


@given(CODES)
def test_any_postcode_spelled_with_the_alphabet_is_read_back(code: str) -> None:
    said = " ".join(ALPHABET.get(c.lower()) or digits(c) for c in code if c != " ")

    assert find_postcode(said, asked=True) == code


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("s w one a one double a", "SW1A 1AA"),
        ("l s one two a b", "LS1 2AB"),
        ("b for bravo s one two a b", "BS1 2AB"),
        ("my postcode is m one one ay ee", "M1 1AE"),
    ],
)
def test_a_spelled_postcode_is_put_together(said: str, code: str) -> None:
    assert find_postcode(said, asked=True) == code


@pytest.mark.parametrize("said", ["", "I don't know", "tomorrow at nine", "yes"])
def test_what_comes_near_no_postcode_is_none(said: str) -> None:
    assert find_postcode(said, asked=True) is None


def test_unless_asked_for_it_has_to_be_there_as_written() -> None:
    assert find_postcode("s w one a one double a") is None
    assert find_postcode("I live in SW1A 1AA") == "SW1A 1AA"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("one oh oh two one", "10021"),
        ("my zip code is 10021", "10021"),
        ("10021 3456", "10021-3456"),
        ("ninety two ten", None),
        ("I don't know", None),
    ],
)
def test_an_american_zip_code_has_five_or_nine_digits(said: str, code: str | None) -> None:
    assert find_zip(said) == code


@given(st.text(max_size=200))
def test_whatever_is_said_it_never_raises(text: str) -> None:
    assert find_postcode(text, asked=True) is None or text
