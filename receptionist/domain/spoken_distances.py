"""Days by how far off they are: "in a fortnight", "two weeks from Tuesday", "a week today"."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from receptionist.domain import calendar_days as calendar
from receptionist.domain.feasts import FEASTS
from receptionist.domain.spoken_calendar import (
    DAY,
    LONG_DAY,
    MONTH,
    NUMBER,
    ORDINAL,
    WEEKDAY_NUMBERS,
    YEAR,
    Form,
    Readings,
    form,
)
from receptionist.domain.spoken_patterns import one_of, words

DAYS_OF_UNIT = {"day": 1, "week": 7, "fortnight": 14}
FEW = {
    "a couple of": 2,
    "a couple": 2,
    "couple of": 2,
    "a pair of": 2,
    "a few": 3,
    "few": 3,
    "several": 5,
}
HALF_MONTH = timedelta(days=14)
UNIT = words("days? weeks? fortnights? months? years?")
AMOUNT = rf"(?P<n>{one_of(r'[0-9]{1,3}', 'half an?', 'an?', *FEW)}) (?P<unit>{UNIT})"
AND_MORE = r"(?: and (?P<n2>\d\d?) (?P<unit2>days?|weeks?))?"
FROM_NOW = one_of("from (?:now|today)", "hence", "later", "after today", "away", "time")

IN_AMOUNT = form(
    rf"(?P<span>(?:with)?in (?:{words('about around exactly another')} )?{AMOUNT}{AND_MORE})"
    r"(?: time)?(?! (?:of|old|in))"
)
AMOUNT_ON = form(rf"(?P<span>{AMOUNT}{AND_MORE} {FROM_NOW})")
COMING_AMOUNT = form(
    rf"(?P<span>(?:(?:the )?{words('next coming upcoming')} (?P<n>\d\d?) (?P<unit>{UNIT})"
    rf"|(?P<n2>\d\d?) {words('coming upcoming')} (?P<unit2>{UNIT})))"
)
AGO = form(rf"(?P<span>(?P<past>{AMOUNT} ago))")
BASE = one_of(
    r"(?:the )?day after tomorrow",
    "tomorrow",
    "tmrw",
    "today",
    rf"(?:the )?{ORDINAL}(?: (?:of )?{MONTH}(?: {YEAR})?)?",
    rf"{MONTH} (?:the )?{NUMBER}(?: {YEAR})?",
    rf"(?:{words('next this coming')} ){{0,3}}{DAY}",
    FEASTS,
)
AMOUNT_FROM = form(
    rf"(?P<span>(?:(?P<w>{DAY}) )?{AMOUNT} (?P<way>{words('on from after before this next')})"
    rf" (?P<base>{BASE}))"
)
WEEK_OF = form(
    rf"(?<!a )(?P<span>(?:the )?week {words('of beginning commencing starting')}(?: on)? "
    rf"(?P<base>{BASE}))"
)
WEEK_TODAY = form(
    rf"(?P<span>(?P<n>a|\d) (?P<unit>weeks?|fortnights?)(?P<w>)? (?P<way>)?"
    rf"(?P<base>{one_of('today', 'tomorrow', LONG_DAY)}))"
)


def _in_amount(match: re.Match[str], today: date, day_first: bool) -> Readings:
    day = _amount_ahead(match, today)
    if match["n2"]:
        day = _ahead(int(match["n2"]), match["unit2"], day)
    return (day,)


def _ago(match: re.Match[str], today: date, day_first: bool) -> Readings:
    return (today - (_amount_ahead(match, today) - today),)


def _coming_amount(match: re.Match[str], today: date, day_first: bool) -> Readings:
    """ "The next three days": from today to then."""
    count, unit = match["n"] or match["n2"], match["unit"] or match["unit2"]
    last = _ahead(int(count), unit, today)
    return (today, last), last


def _amount_ahead(match: re.Match[str], today: date) -> date:
    said, unit = match["n"], match["unit"]
    if said.startswith("half"):
        return _ahead(6, "month", today) if unit == "year" else today + HALF_MONTH
    count = int(said) if said.isdigit() else FEW.get(said, 1)
    return _ahead(count, unit, today)


def _ahead(count: int, unit: str, today: date) -> date:
    unit = unit.rstrip("s")
    if unit in ("month", "year"):
        return calendar.months_on(today, count * (12 if unit == "year" else 1))
    return today + timedelta(days=count * DAYS_OF_UNIT[unit])


def distances_from(read_day: Callable[[str, date, bool], date | None]) -> tuple[Form, ...]:
    """The forms that count from another day, which `read_day` reads."""

    def amount_from_day(match: re.Match[str], today: date, day_first: bool) -> Readings:
        base = read_day(match["base"], today, day_first)
        if base is None:
            return ()
        day = _amount_ahead(match, base)
        if match["way"] == "before":
            return (base - (day - base),)
        if match["w"]:  # "Sunday 3 weeks after January 15th": the last one by then.
            day -= timedelta(days=(day.weekday() - WEEKDAY_NUMBERS[match["w"]]) % 7)
        return (day,)

    def week_of(match: re.Match[str], today: date, day_first: bool) -> Readings:
        base = read_day(match["base"], today, day_first)
        return ((base, calendar.monday_of(base) + timedelta(days=6)),) if base else ()

    return ((AMOUNT_FROM, amount_from_day), (WEEK_TODAY, amount_from_day), (WEEK_OF, week_of))


DISTANCE_FORMS: tuple[Form, ...] = (
    (IN_AMOUNT, _in_amount),
    (AMOUNT_ON, _in_amount),
    (COMING_AMOUNT, _coming_amount),
    (AGO, _ago),
)
