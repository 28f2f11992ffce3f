"""Words that do not take the floor: backchannels, and our own words coming back.

Knows texts only; whose turn it is, is not known here.
"""

import re
from collections.abc import Iterable
from itertools import pairwise

_WORD = re.compile(r"[\w'’]+", re.UNICODE)
BACKCHANNELS = frozenset(
    [
        "mm",
        "mhm",
        "mmhm",
        "mmm",
        "hm",
        "hmm",
        "uh",
        "huh",
        "um",
        "ah",
        "oh",
        "okay",
        "ok",
        "right",
        "yeah",
        "yep",
        "yes",
        "sure",
        "alright",
        "aha",
        "fine",
        "good",
        "great",
        "cool",
        "i",
        "see",
        "got",
        "it",
    ]
)
_WHOLE = frozenset({"i see", "got it", "all right", "sounds good"})
_PARTS_ONLY = frozenset({"i", "see", "got", "it"})
ECHO_SHARE = 0.8


def words_of(text: str) -> list[str]:
    """Lower-case words without punctuation."""
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]


def is_backchannel(text: str) -> bool:
    """Whether a listener says this without wanting the floor."""
    words = words_of(text)
    if not words or " ".join(words) in _WHOLE:
        return True
    return len(words) <= 3 and all(w in BACKCHANNELS and w not in _PARTS_ONLY for w in words)


def is_echo(text: str, spoken: Iterable[str]) -> bool:
    """Whether most of these words are, in order, among what we have just said."""
    words = words_of(text)
    if len(words) < 2:
        return False
    pairs = list(pairwise(words))
    ours = words_of(" ".join(spoken))
    our_pairs = set(pairwise(ours))
    return sum(pair in our_pairs for pair in pairs) >= ECHO_SHARE * len(pairs)
