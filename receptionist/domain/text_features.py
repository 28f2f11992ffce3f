"""What a sentence consists of, as numbers a linear model can weigh.

Words, pairs and triples of words, and pieces of words, so that a misheard or
misspelled word still counts in part. Days, months, clock times and numbers
are one word each: what matters here is that there is one, not which.
"""

import re
import zlib
from collections.abc import Iterable, Iterator
from itertools import pairwise

from receptionist.domain.practice import WEEKDAYS

BUCKETS = 1 << 15
"""Features share this many places."""

_DAYS = frozenset([*WEEKDAYS, "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat"])
_MONTHS = frozenset(
    "january february march april june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
_COUNTED = frozenset(
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty hundred".split()
)
_WORD = re.compile(r"\d+(?:st|nd|rd|th)|\d[\d:.,/-]*|[a-z]+(?:'[a-z]+)?|\?")
_JOINED = (("’", "'"), ("can not", "cannot"), ("a.m.", "am"), ("p.m.", "pm"))


def words(text: str) -> list[str]:
    """Lower-case words; days, months and numbers as `<day>`, `<month>`, `<#>`."""
    plain = text.casefold()
    for found, instead in _JOINED:
        plain = plain.replace(found, instead)
    return [_kind(word) for word in _WORD.findall(plain)]


def features(text: str, hints: Iterable[str] = ()) -> list[int]:
    """The places of everything the sentence consists of, each once.

    `hints` are what is known besides: what was just asked, which rules fit.
    """
    named = {*_names(words(text)), *(f"h {hint}" for hint in hints)}
    return sorted({zlib.crc32(name.encode()) % BUCKETS for name in named})


def _kind(word: str) -> str:
    if word[0].isdigit() or word in _COUNTED:
        return "<#>"
    if word in _DAYS:
        return "<day>"
    return "<month>" if word in _MONTHS else word


def _names(said: list[str]) -> Iterator[str]:
    yield f"n{min(len(said), 12)}"
    ends = ["^", *said, "$"]
    yield from (f"1 {word}" for word in said)
    yield from (f"2 {a} {b}" for a, b in pairwise(ends))
    yield from (f"3 {a} {b} {c}" for a, b, c in zip(ends, ends[1:], ends[2:], strict=False))
    for word in said:
        if len(word) > 3 and word[0] != "<":
            whole = f"<{word}>"
            yield from (f"w {whole[i : i + 4]}" for i in range(len(whole) - 3))
