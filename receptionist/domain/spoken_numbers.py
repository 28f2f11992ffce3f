"""Numbers in words, as a recogniser writes them down, turned into digits."""

import re

UNITS = {
    name: value
    for value, name in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
TENS = {
    name: 10 * value
    for value, name in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
ORDINALS = {
    name: value
    for value, name in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
        ],
        start=1,
    )
} | {"thirtieth": 30}
WORD = re.compile(r"[a-z]+|[^a-z]+")
NOT_NUMBERS = {"second", "first"}
"""Only ordinals of a date when a month or "the" stands beside; callers pick "the first one"."""


def digits_from_words(text: str) -> str:
    """Numbers in words become digits: "half past two" to "half past 2", "the third" to "the 3rd".

    "ten thirty" becomes "10:30", "nineteen eighty four" becomes "1984".
    """
    # "twenty-fourth", but not 2026-12-01.
    words = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text).split()
    found: list[str] = []
    position = 0
    while position < len(words):
        value, used, is_ordinal = _number(words, position)
        if used == 0 or (is_ordinal and not _may_be_date(words, position, used)):
            found.append(words[position])
            position += 1
            continue
        following, more, later_ordinal = _number(words, position + used)
        tail = _punctuation(words[position + used - 1])
        if not is_ordinal and not tail and more and not later_ordinal:
            if value in (19, 20) and 0 <= following <= 99:
                found.append(f"{value}{following:02d}")
                position += used + more
                continue
            if 1 <= value <= 12 and 10 <= following <= 59:
                after = _punctuation(words[position + used + more - 1])
                found.append(f"{value}:{following:02d}{after}")
                position += used + more
                continue
        found.append(f"{value}{_suffix(value) if is_ordinal else ''}{tail}")
        position += used
    return " ".join(found)


def spoken_digits(text: str) -> str:
    """Every digit said, in order: "five five five, oh one double two" to "5550122"."""
    digits = ""
    repeat = 1
    for word in re.findall(r"[a-z]+|\d+", text.casefold()):
        if word in ("double", "triple"):
            repeat = 2 if word == "double" else 3
            continue
        said = _digit_text(word)
        if said:
            digits += said * repeat
        repeat = 1
    return digits


def _digit_text(word: str) -> str:
    if word.isdigit():
        return word
    if word in ("oh", "o", "nought", "nil"):
        return "0"
    if word in UNITS:
        return str(UNITS[word])
    return str(TENS[word]) if word in TENS else ""


def _number(words: list[str], at: int) -> tuple[int, int, bool]:
    """The number that begins at this word: its value, how many words it takes, if an ordinal."""
    if at >= len(words):
        return 0, 0, False
    word = words[at].strip(".,?!;")
    if word in TENS:
        if not _punctuation(words[at]) and at + 1 < len(words):
            unit = words[at + 1].strip(".,?!;")
            if 1 <= UNITS.get(unit, 0) <= 9:
                return TENS[word] + UNITS[unit], 2, False
            if 1 <= ORDINALS.get(unit, 0) <= 9:
                return TENS[word] + ORDINALS[unit], 2, True
        return TENS[word], 1, False
    if word in UNITS:
        return UNITS[word], 1, False
    if word in ORDINALS:
        return ORDINALS[word], 1, True
    return 0, 0, False


def _may_be_date(words: list[str], at: int, used: int) -> bool:
    if words[at].strip(".,") not in NOT_NUMBERS or used > 1:
        return True
    after = words[at + used].strip(".,") if at + used < len(words) else ""
    return after == "of" or after in [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ]


def _punctuation(word: str) -> str:
    return word[len(word.rstrip(".,?!;")) :]


def _suffix(value: int) -> str:
    if 10 <= value % 100 <= 20:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
