"""Dates of birth out of digits that a recogniser grouped at will: "19061 980", "24 9 1977".

Pure. Digits are regrouped, one too many dropped and one lost put back, until they are a date.
"""

import re
from collections.abc import Iterator, Sequence

Reading = tuple[int, int, str]
"""Day, month and the digits of the year."""


SOUNDS = {"to": "2", "too": "2", "two": "2", "for": "4", "four": "4", "ate": "8", "won": "1"}
SOUNDS |= {"oh": "0", "o": "0", "zero": "0", "free": "3", "tree": "3", "hundred": "00"}
SOUNDS |= {"leven": "11", "t": "2", "one": "1", "pence": "10"}
PICKS = {"first": "1", "second": "2", "third": "3"}
NO_MONTH = re.compile(r"\d\S* .*\dth\b|\dth \D*(?:19|20)\d\d$")
"""Digits that are a day, or a day and a year: they are not to be regrouped."""


def in_digits(text: str, day_first: bool) -> Iterator[Reading]:
    """A run of digits in any grouping: "19061 980", "oh three oh four 72"."""
    text = re.sub(r"^\D*(\d)th\b", r"0\1", text)
    words = [SOUNDS.get(word, PICKS.get(word, word)) for word in text.split()]
    groups = [digits for word in words for digits in re.findall(r"\d+", word)]
    yield from _grouped(groups, day_first)
    digits = "".join(groups)
    if len(digits) > 10:
        yield from _said_again(groups, day_first)
    if not 5 <= len(digits) <= 10 or (len(groups) < 3 and NO_MONTH.search(text)):
        return
    if re.search(r"\bto (?:19|20)\d\d$", text):
        without = re.sub(r"\bto (?=\S+$)", "", text)
        yield from _with_year_last("".join(re.findall(r"\d+", without)), day_first)
    yield from _with_year_last(digits, day_first)
    if len(digits) == 6 and groups[-1][:2] not in ("19", "20"):
        yield from ordered(int(digits[:2]), int(digits[2:4]), digits[4:], day_first=day_first)
    for fewer in _stuttered(digits):
        yield from _with_year_last(fewer, day_first)
    if len(digits) == 7:
        yield from _short_of_one(digits, day_first)
    elif len(digits) == 5 and digits[1:3] not in ("19", "20") and _says_only_digits(words):
        yield from _with_short_year(digits, day_first)
    elif len(digits) == 8 and digits[3] == "0":  # "1740 1913" for the 17th of the 4th.
        yield from _with_year_last(digits[:3] + digits[4:], day_first)


def _said_again(groups: Sequence[str], day_first: bool) -> Iterator[Reading]:
    """What was said last of a date begun twice: "24 08 24 08 1980"."""
    for start in range(1, len(groups)):
        yield from _with_year_last("".join(groups[start:]), day_first)


def _says_only_digits(words: Sequence[str]) -> bool:
    """Five digits beside other words are a number of something else."""
    return sum(word.isalpha() for word in words) <= 1


def _grouped(groups: list[str], day_first: bool) -> Iterator[Reading]:
    """The groups as they were said, when each can be a part of a date: "5 10 27"."""
    if len(groups) == 4 and groups[2] in ("19", "20") and len(groups[3]) == 2:
        groups = [*groups[:2], groups[2] + groups[3]]
    if len(groups) == 3 and len(groups[2]) in (2, 4) and max(map(len, groups[:2])) <= 2:
        yield from ordered(int(groups[0]), int(groups[1]), groups[2], day_first=day_first)
    if len(groups) == 2 and len(groups[1]) == 4 and re.fullmatch("3[2-9]", groups[0]):
        yield 30, int(groups[0][1]), groups[1]  # "Thirty seven 1914" has no other two parts.


def _with_short_year(digits: str, day_first: bool) -> Iterator[Reading]:
    """ "510 27", "12 278": day, month and a year of two digits, the zero of one left out."""
    for width in (2, 1):
        yield from ordered(
            int(digits[:width]), int(digits[width:3]), digits[3:], day_first=day_first
        )


def _with_year_last(digits: str, day_first: bool) -> Iterator[Reading]:
    """Day and month, with or without their zeros, and a whole year: "24 9 1977"."""
    year, rest = digits[-4:], digits[:-4]
    if year[:2] not in ("19", "20") or not 2 <= len(rest) <= 4:
        return
    for width in (2, 1):
        one, two = rest[:width], rest[width:]
        if one and 1 <= len(two) <= 2:
            yield from ordered(int(one), int(two), year, day_first=day_first)


def _stuttered(digits: str) -> Iterator[str]:
    """Nine or ten digits without what was said twice or was no digit.

    "Of" between day and month is heard as one: "07403" is the 7th of the 3rd. "20" and a unit
    are a day: "20607" is the 26th.
    """
    if len(digits) == 9:
        if digits.startswith("20") and digits[2] != "0":
            yield "2" + digits[2:]
        middle, last = digits[:2] + digits[3:], digits[:4] + digits[5:]
        yield from (last, middle) if digits[2] == "0" < digits[3] else (middle, last)
        yield from _dropped(digits)
    elif len(digits) == 10:
        if digits[5:7] in ("19", "20"):  # "Of" after the day, and the year's tens twice.
            apart = digits.startswith("20") and digits[2] != "0"
            shorter = (digits[:2] + digits[3:5], digits[0] + digits[2:5])
            for day_month in reversed(shorter) if apart else shorter:
                yield from (day_month + year for _, _, year in years(1, 1, digits[5:]))
        yield digits[:4] + digits[6:]
        yield digits[:2] + digits[2:6].replace("0", "").zfill(2) + digits[6:]


def _short_of_one(digits: str, day_first: bool) -> Iterator[Reading]:
    """A digit of the century was lost, or a zero was added before a two-digit year."""
    one, two, rest = int(digits[:2]), int(digits[2:4]), digits[4:]
    for _, _, year in years(1, 1, rest):
        yield from ordered(one, two, year, day_first=day_first)
    for six in (digits[:at] + digits[at + 1 :] for at in range(5) if digits[at] == "0"):
        yield from ordered(int(six[:2]), int(six[2:4]), six[4:], day_first=day_first)


def _dropped(digits: str) -> list[str]:
    """The digits without each one of them, zeros first: those are what recognisers add."""
    places = sorted(range(len(digits)), key=lambda at: (digits[at] != "0", at))
    return list(dict.fromkeys(digits[:at] + digits[at + 1 :] for at in places))


def years(day: int, month: int, digits: str) -> Iterator[Reading]:
    """A year that may lack its first digit or have one too many."""
    if len(digits) == 3 and digits[0] in "09":
        yield day, month, ("2" if digits[0] == "0" else "1") + digits
    elif len(digits) == 3 and digits[:2] == "20":
        yield day, month, f"200{digits[2]}"
    elif len(digits) == 3 and digits[:2] == "19":  # "Eighty-eight" said as one: "198".
        yield day, month, digits + digits[2]
    elif len(digits) == 5:
        fewer = _dropped(digits)
        likeliest = fewer if "0" in digits[2:] else [digits[:3] + digits[4:], *fewer]
        yield from ((day, month, year) for year in likeliest if year[:2] in ("19", "20"))
    elif len(digits) in (2, 4):
        yield day, month, digits


def ordered(one: int, two: int, year: str, *, day_first: bool) -> Iterator[Reading]:
    for day, month in ((one, two), (two, one)) if day_first else ((two, one), (one, two)):
        if 1 <= month <= 12 and 1 <= day <= 31:
            yield day, month, year
