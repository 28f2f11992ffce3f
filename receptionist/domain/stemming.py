"""English words cut back to what their forms share, after M. F. Porter, 1980."""

import re
from functools import lru_cache

_CONSONANT = "[^aeiou]"
_VOWEL = "[aeiouy]"
_RUN = f"{_CONSONANT}[^aeiouy]*"
_VOWELS = f"{_VOWEL}[aeiou]*"
_SOME = re.compile(f"^(?:{_RUN})?{_VOWELS}{_RUN}")
_ONE = re.compile(f"^(?:{_RUN})?{_VOWELS}{_RUN}(?:{_VOWELS})?$")
_SEVERAL = re.compile(f"^(?:{_RUN})?{_VOWELS}{_RUN}{_VOWELS}{_RUN}")
_SPOKEN = re.compile(f"^(?:{_RUN})?{_VOWEL}")
_SHORT = re.compile(f"^{_RUN}{_VOWEL}[^aeiouwxy]$")
_TWIN = re.compile(r"([^aeiouylsz])\1$")

_LONG_ENDINGS = (
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
    ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"),
    ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"),
    ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"),
    ("logi", "log"),
)  # fmt: skip
_MIDDLE_ENDINGS = (
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""),
    ("ness", ""),
)  # fmt: skip
_LAST_ENDINGS = (
    "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "sion", "tion", "ism", "ate",
    "iti", "ous", "ive", "ize", "al", "er", "ic", "ou",
)  # fmt: skip


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """The stem of a lower-case word: `appointments` and `appointed` give `appoint`."""
    if len(word) < 3:
        return word
    word = _without_past(_without_plural(word))
    if word.endswith("y") and _SPOKEN.match(word[:-1]):
        word = f"{word[:-1]}i"
    for endings in (_LONG_ENDINGS, _MIDDLE_ENDINGS):
        word = _replaced(word, endings)
    return _without_e(_without_last(word))


def _without_plural(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _without_past(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _SOME.match(word[:-3]) else word
    ending = next((each for each in ("ed", "ing") if word.endswith(each)), "")
    base = word[: -len(ending)] if ending else ""
    if not _SPOKEN.match(base):
        return word
    if base.endswith(("at", "bl", "iz")) or _SHORT.match(base):
        return f"{base}e"
    return base[:-1] if _TWIN.search(base) else base


def _replaced(word: str, endings: tuple[tuple[str, str], ...]) -> str:
    for ending, instead in endings:
        if word.endswith(ending):
            base = word.removesuffix(ending)
            return base + instead if _SOME.match(base) else word
    return word


def _without_last(word: str) -> str:
    for ending in _LAST_ENDINGS:
        if word.endswith(ending):
            kept = 1 if ending in ("sion", "tion") else 0
            base = word[: len(word) - len(ending) + kept]
            return base if _SEVERAL.match(base) else word
    return word


def _without_e(word: str) -> str:
    if word.endswith("e"):
        base = word[:-1]
        if _SEVERAL.match(base) or (_ONE.match(base) and not _SHORT.match(base)):
            word = base
    return word[:-1] if word.endswith("ll") and _SEVERAL.match(word) else word
