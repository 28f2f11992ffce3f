"""A model's text, cut into sentences."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receptionist.voice.sentences import LONGEST_WORDS, SentenceSplitter

PIECES = st.lists(
    st.sampled_from(
        ["We", "are", "open", "Dr.", "Lee", "at", "8", "a.m.", "3.5", "No.", "e.g.", "St.", "I",
         "1.", "2.", "etc.", "**bold**", "*", "- ", "\n", "\n\n", ". ", "! ", "? ", "… ", ", ",
         ": ", " ", " ", " ", '"Yes."', "(maybe.)", "so!?", "# ", "ok.)", "[a](http://b.c)"]
    ),
    max_size=60,
).map(" ".join)  # fmt: skip
TEXTS = st.one_of(PIECES, st.text(alphabet="ab .,!?\n3", max_size=200))


def split(text: str, sizes: list[int]) -> list[str]:
    splitter, found, start = SentenceSplitter(), [], 0
    for size in [*sizes, len(text) + 1]:
        found += splitter.push(text[start : start + size])
        start += size
    return found + splitter.flush()


def words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", re.sub(r"\(http[^)]*\)", "", text.lower()))


@settings(deadline=None, max_examples=300)
@given(TEXTS, st.lists(st.integers(1, 9), max_size=60))
def test_no_spoken_word_is_lost_or_moved(text: str, sizes: list[int]) -> None:
    assert words(" ".join(split(text, sizes))) == words(text)


@settings(deadline=None, max_examples=300)
@given(TEXTS, st.lists(st.integers(1, 9), max_size=60))
def test_it_does_not_matter_in_which_pieces_the_text_comes(text: str, sizes: list[int]) -> None:
    assert split(text, sizes) == split(text, [])


def test_a_sentence_is_handed_on_before_the_next_is_there() -> None:
    splitter = SentenceSplitter()

    assert splitter.push("We are open. ") == ["We are open."]
    assert splitter.push("Come in") == []
    assert splitter.flush() == ["Come in"]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "See Dr. Lee at 8:30 a.m. on 3.5 St. James. **Fine**? ",
            ["See Dr. Lee at 8:30 a.m. on 3.5 St. James.", "Fine?"],
        ),
        ("We close at 5 p.m. Please come earlier.", ["We close at 5 p.m.", "Please come earlier."]),
        ("Really?! Yes.", ["Really?!", "Yes."]),
        ('He said "no." Then he left.', ['He said "no."', "Then he left."]),
        ("- One\n- Two\n", ["One", "Two"]),
        ("1. Monday\n2. Tuesday", ["Monday", "Tuesday"]),
        ("See [our page](https://example.org/a.b).", ["See our page."]),
        ("***", []),
        ("It costs 3.50. Fine.", ["It costs 3.50.", "Fine."]),
    ],
)
def test_cuts_are_where_a_voice_pauses(text: str, sentences: list[str]) -> None:
    assert split(text, []) == sentences


def test_a_sentence_without_an_end_is_cut_at_a_comma() -> None:
    text = "we are open, " * LONGEST_WORDS

    found = split(text, [])

    assert all(len(sentence.split()) <= LONGEST_WORDS for sentence in found)
    assert words(" ".join(found)) == words(text)
