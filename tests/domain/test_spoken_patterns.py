"""Patterns out of named pieces."""

import re

from receptionist.domain.spoken_patterns import longest_first, one_of, words


def test_any_of_the_words_is_matched() -> None:
    assert re.fullmatch(words("at around"), "around")
    assert not re.fullmatch(words("at around"), "at around")


def test_alternatives_stay_together_inside_a_longer_pattern() -> None:
    assert re.fullmatch(f"{one_of('a', 'b')}c", "ac")
    assert not re.fullmatch(f"{one_of('a', 'b')}c", "a")


def test_the_longest_word_is_tried_first() -> None:
    match = re.match(longest_first({"sep": 9, "sept": 9}), "sept 3")

    assert match is not None
    assert match[0] == "sept"
