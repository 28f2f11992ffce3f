"""Words that a telephone line makes one of."""

from hypothesis import given
from hypothesis import strategies as st

from receptionist.domain.sounds_alike import unlike

WORDS = st.text("abcdefghijklmnopqrstuvwxyz", max_size=12)


def test_words_that_sound_the_same_are_not_unlike() -> None:
    assert unlike("night", "knight") == 0
    assert unlike("phase", "faze") == 0


def test_what_a_line_blurs_is_nearer_than_what_it_does_not() -> None:
    assert unlike("fin", "thin") < unlike("fin", "kin")
    assert unlike("pen", "ten") < unlike("pen", "sen")
    assert unlike("marsh", "march") < unlike("mark", "march")


@given(WORDS, WORDS)
def test_likeness_goes_both_ways_and_a_word_is_like_itself(one: str, other: str) -> None:
    assert unlike(one, other) >= 0
    assert abs(unlike(one, other) - unlike(other, one)) < 1e-9
    assert unlike(one, one) == 0
