"""The words days are named with: weekdays, months, ordinals; and how a form of day is written.

A form is one pattern and one function that reads what it matched.
"""

import re
from collections.abc import Callable
from datetime import date

from receptionist.domain.practice import WEEKDAYS
from receptionist.domain.spoken_patterns import longest_first, one_of, words

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("january jan", "february feb", "march mar", "april apr", "may", "june jun"),
            *("july jul", "august aug", "september sept sep", "october oct"),
            *("november nov", "december dec"),
        ),
        start=1,
    )
    for name in names.split()
}
WEEKDAY_NUMBERS = {name: number for number, name in enumerate(WEEKDAYS)} | {
    short: number
    for number, shorts in enumerate(
        ("mon", "tues tue", "weds wed", "thurs thur thu", "fri", "sat", "sun")
    )
    for short in shorts.split()
}
NTH = {"first": 1, "second": 2, "third": 3, "last": -1}
BLOT = "#"
"""Stands where a day was found, so that no later form finds it again."""

LONG_DAY = one_of(*WEEKDAYS)
SHORT_DAY = words("mon tues? weds? thurs? thu fri sat sun")
DAY = one_of(LONG_DAY, SHORT_DAY)
MONTH = longest_first(MONTHS)
PICK = words("first second third")
NUMBER = one_of(r"\d{1,2}(?:th)?", PICK)
ORDINAL = one_of(r"\d{1,2}th", PICK)
YEAR = r"(?:19|20)\d\d"

Span = tuple[date, date]
Readings = tuple[date | Span | None, ...]
"""Days or first and last days, likeliest first; None where there is no such day."""
Reader = Callable[[re.Match[str], date, bool], Readings]
"""What a match means, given today and whether the day is written before the month."""
Form = tuple[re.Pattern[str], Reader]


def form(pattern: str) -> re.Pattern[str]:
    """The pattern between spaces; its group `span`, where it has one, is what was found."""
    return re.compile(rf"(?<![\w/:.{BLOT}])(?:{pattern})(?![\w/])")


def number_of(said: str) -> int:
    """ "3th" and "third" are 3."""
    return NTH.get(said) or int(said.removesuffix("th"))


def year_of(said: str | None) -> int | None:
    """The year that was said, if one was."""
    return int(said) if said else None
