"""Words that do not take the floor: backchannels, and our own words coming back.

Knows texts only; whose turn it is, is not known here.
"""

import re
from collections.abc import Iterable
from itertools import pairwise

from receptionist.voice.sentences import SentenceSplitter

_WORD = re.compile(r"[\w'’]+", re.UNICODE)


def words_of(text: str) -> list[str]:
    """Lower-case words without punctuation."""
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]


# Between turns these answer a question ("Shall I book it?"); under our voice they cheer us on.
_AGREEMENTS = frozenset(
    words_of(
        "yes yeah yep yup ya sure okay ok right alright fine good great cool perfect correct"
        " mm mhm mmhm mmm aha"
    )
)
_NOISES = frozenset(words_of("hm hmm uh huh um ah oh er"))
_AGREEING = frozenset({"all right", "sounds good", "uh huh", "got it"})
_FOLLOWING = frozenset({"i see", "i know"})
_TAKERS = frozenset(words_of("no nope stop wait hello hi pardon sorry help"))
LONGEST_BACKCHANNEL_WORDS = 3
ECHO_SHARE = 0.8


def is_backchannel(text: str) -> bool:
    """Whether a listener says this without wanting the floor."""
    words = words_of(text)
    if not words or " ".join(words) in _AGREEING | _FOLLOWING:
        return True
    short = len(words) <= LONGEST_BACKCHANNEL_WORDS
    return short and all(word in _AGREEMENTS or word in _NOISES for word in words)


def is_agreement(text: str) -> bool:
    """Whether a backchannel would be an answer, had we just asked something."""
    words = words_of(text)
    agrees = any(word in _AGREEMENTS for word in words) or " ".join(words) in _AGREEING
    return agrees and is_backchannel(text)


def is_echo(text: str, spoken: Iterable[str]) -> bool:
    """Whether most of these words are, in order, among what we have just said."""
    words = words_of(text)
    if len(words) < 2 or all(word in _TAKERS for word in words):
        return False
    pairs = list(pairwise(words))
    ours = words_of(" ".join(spoken))
    our_pairs = set(pairwise(ours))
    return sum(pair in our_pairs for pair in pairs) >= ECHO_SHARE * len(pairs)


def question_heard(said: str, heard: str) -> bool:
    """Whether half or more of a question of ours has been heard: by then people answer it.

    `heard` is what has been played of `said`, from its beginning.
    """
    left = len(heard.split())
    splitter = SentenceSplitter()
    for sentence in (*splitter.push(said), *splitter.flush()):
        length = len(sentence.split())
        if sentence.rstrip("\"')”’").endswith(("?", "？")) and left * 2 >= length:
            return True
        left -= length
    return False


def without(text: str, known: list[str]) -> str:
    """What follows the words `known`; the whole text when it does not begin with them."""
    matches = list(_WORD.finditer(text))
    if not known or words_of(text)[: len(known)] != known:
        return text.strip()
    return text[matches[len(known) - 1].end() :].lstrip(" ,.;:!?…-")
