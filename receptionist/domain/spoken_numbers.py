"""Numbers in words, as a recogniser writes them down, turned into digits."""

import re
from collections.abc import Sequence

_NAMES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)
UNITS = {name: value for value, name in enumerate(_NAMES.split())}
TENS = {name: 10 * value for value, name in enumerate(_TENS.split(), start=2)} | {"fourty": 40}
ORDINALS = {name: value for value, name in enumerate(_ORDINALS.split())}
ORDINALS |= {"twentieth": 20, "thirtieth": 30}
PICKS = frozenset(["first", "second", "third"])
"""Said of offers as often as of days, so they stay words: "the second one", "the third of May"."""
ZEROS = frozenset(["zero", "oh", "o", "nought", "naught", "nil"])
REPEATS = {"double": 2, "triple": 3, "treble": 3}

Reading = tuple[str, int]
"""What a number is in digits ("24", "3th" for any ordinal), and how many words it takes."""


def read_number(words: Sequence[str], at: int) -> Reading | None:
    """The number in words that begins at `words[at]`; None for anything else, digits included."""
    word = words[at]
    if word in REPEATS and at + 1 < len(words):
        digit = _digit(words[at + 1])
        return (digit * REPEATS[word], 2) if len(digit) == 1 else None
    if word in PICKS:
        return None
    if word in ORDINALS:
        return f"{ORDINALS[word]}th", 1
    value, used = _below_hundred(words, at)
    if used and at + used < len(words) and words[at + used] in PICKS | ORDINALS.keys():
        unit = ORDINALS[words[at + used]]
        return (f"{value + unit}th", used + 1) if word in TENS and value % 10 == 0 < unit else None
    if not used:
        return None
    return _scaled(words, at, value, used)


def spoken_digits(text: str) -> str:
    """Every digit said, in order: "five five five, oh one double two" to "5550122"."""
    digits = ""
    words = re.findall(r"[a-z]+|\d+", text.casefold())
    at = 0
    while at < len(words):
        found, used = _run(words, at)
        digits += found
        at += used
    return digits


def _run(words: Sequence[str], at: int) -> Reading:
    word = words[at]
    if word in REPEATS and at + 1 < len(words):
        return _digit(words[at + 1]) * REPEATS[word], 2
    if word in TENS:
        value, used = _below_hundred(words, at)
        return str(value), used
    if word == "hundred" or word == "thousand":
        return "00" if word == "hundred" else "000", 1
    return _digit(word), 1


def _digit(word: str) -> str:
    if word in ZEROS:
        return "0"
    return word if word.isdigit() else str(UNITS.get(word, ""))


def _below_hundred(words: Sequence[str], at: int) -> tuple[int, int]:
    """A value from 0 to 99 and the words it takes; (0, 0) when there is none."""
    if at >= len(words):
        return 0, 0
    word = words[at]
    if word in TENS:
        unit = UNITS.get(words[at + 1], 0) if at + 1 < len(words) else 0
        return (TENS[word] + unit, 2) if 1 <= unit <= 9 else (TENS[word], 1)
    return (UNITS[word], 1) if word in UNITS else (0, 0)


def _scaled(words: Sequence[str], at: int, value: int, used: int) -> Reading:
    """Hundreds, thousands and years: "nineteen eighty four", "two thousand and one"."""
    after = words[at + used] if at + used < len(words) else ""
    if after in ("hundred", "thousand"):
        scale = 100 if after == "hundred" else 1000
        skip = 1 if words[at + used + 1 : at + used + 2] == ["and"] else 0
        rest, more = _below_hundred(words, at + used + 1 + skip)
        return str(value * scale + rest), used + 1 + (skip + more if more else 0)
    if value in (19, 20):
        rest, more = _below_hundred(words, at + used)
        if 10 <= rest <= 99:
            return f"{value}{rest}", used + more
        if after in ZEROS and 1 <= UNITS.get("".join(words[at + used + 1 : at + used + 2]), 0) <= 9:
            return f"{value}0{UNITS[words[at + used + 1]]}", used + 2
    return str(value), used
