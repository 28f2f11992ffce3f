"""Days by their number: "24/11", "the 3rd of May", "Friday the 13th", "first Monday in June"."""

import re
from datetime import date

from receptionist.domain import calendar_days as calendar
from receptionist.domain.spoken_calendar import (
    DAY,
    MONTH,
    MONTHS,
    NUMBER,
    ORDINAL,
    PICK,
    WEEKDAY_NUMBERS,
    YEAR,
    Form,
    Readings,
    form,
    number_of,
    year_of,
)
from receptionist.domain.spoken_patterns import one_of, words

AHEAD_DAY = rf"(?:(?:{words('this coming upcoming next')} ){{0,3}}{DAY}(?: \.)? (?:on )?(?:the )?)?"
"""A weekday beside a date only confirms it."""
OF_YEAR = rf"(?: (?:of |in )?(?P<y>{YEAR}))?"
NO_DAY = words(
    "of one floor time slot appointment option avenue street ave st person available birthday "
    "visit century doctor grade the"
)
"""Beside these an ordinal counts something else: "the 4th floor"."""

ISO = form(r"(?P<y>\d{4})[-/.](?P<m>\d\d?)[-/.](?P<d>\d\d?)(?:t\d\d:\d\d)?")
NUMERIC = form(r"(?P<one>\d\d?)[-/.](?P<two>\d\d?)[-/.](?P<y>\d{4}|\d\d)")
SHORT_NUMERIC = form(rf"(?P<span>(?:{one_of(DAY, 'next')} )?(?P<one>\d\d?)/(?P<two>\d\d?))(?P<y>)?")
# "May 3 4th" and "10 may 12 at" are other days than the one in front of the month.
NOT_MONTH_DAY = r"(?! (?:the )?\d\d?th)(?! \d\d?(?: (?:of|at)\b|$| \.$))"
DAY_MONTH = form(
    rf"(?P<span>{AHEAD_DAY}(?P<d>{NUMBER})(?: day)?(?: of)? (?P<m>{MONTH})\b(?: \.)?"
    rf"{OF_YEAR}(?: {DAY})?){NOT_MONTH_DAY}"
)
MONTH_DAY = form(
    rf"(?P<span>{AHEAD_DAY}(?P<m>{MONTH})(?: \.)?(?: /)? (?:the )?(?P<d>{NUMBER})(?: of)?"
    rf"{OF_YEAR}(?: {DAY}\b)?)(?! ?[:/])"
)
OF_MONTH = form(
    rf"(?P<span>(?:the )?(?P<d>{NUMBER})(?: of)? (?P<which>this|next|the|this coming) month)"
)
MONTH_ON = form(rf"(?P<span>(?P<which>this|next) month(?: on)?(?: the)? (?P<d>{ORDINAL}))")
EDGE_OF_MONTH = form(
    rf"(?P<span>(?:the )?(?P<edge>first|last) day (?:of|in) "
    rf"(?:(?P<m>{MONTH})|(?P<which>this|next|the) month){OF_YEAR})"
)
SHORT_YEAR = form(
    rf"(?P<span>(?:the )?(?P<d>{ORDINAL}) (?:of )?(?P<m>{MONTH}) (?P<yy>\d\d))(?=$| \.)"
)
TO = words("to through thru until till and or -")
DAYS_MONTH = form(
    rf"(?P<span>(?:the )?(?P<d>{NUMBER}) {TO} (?:the )?(?P<d2>{NUMBER}) (?:of )?(?P<m>{MONTH})\b"
    rf"{OF_YEAR})"
)
MONTH_DAYS = form(
    rf"(?P<span>(?P<m>{MONTH}) (?:the )?(?P<d>{NUMBER}) {words('to through thru -')} (?:the )?"
    rf"(?P<d2>{NUMBER}){OF_YEAR})(?! {one_of('am', 'pm', 'oclock', 'of', 'in the', MONTH)}| ?:)"
)
WEEKDAY_NUMBER = form(
    rf"(?P<span>(?P<w>{DAY})(?: \.)?(?: (?:the|on the))? (?P<d>{ORDINAL})(?: (?P<y>{YEAR}))?)"
    rf"(?! {one_of('of', 'one', 'slot', 'thing', MONTH)}\b)"
)
JUST_ORDINAL = form(rf"(?P<span>(?:the )?(?P<d>\d\d?th)(?: of)?(?! {one_of(NO_DAY, MONTH)}\b))")
LED_PICK = re.compile(
    rf"\b{words('on until till from by to for before after since')} (?P<span>the (?P<d>{PICK}))"
    r"(?=$| (?:at|in the|from|around|to|until|please|and|if|then|\.|would|is|works|#|~))"
)
NTH_DAY = form(
    rf"(?P<span>(?:the )?(?P<n>{words('first second third 4th 5th last')}) (?P<w>{DAY}) "
    rf"(?:of|in) (?:(?P<m>{MONTH})|(?P<which>this|next|the) month){OF_YEAR})"
)


def _iso(match: re.Match[str], today: date, day_first: bool) -> Readings:
    return (calendar.day_of(int(match["y"]), int(match["m"]), int(match["d"])),)


def _numeric(match: re.Match[str], today: date, day_first: bool) -> Readings:
    first, second = int(match["one"]), int(match["two"])
    year = int(match["y"]) if match["y"] else None
    if year is not None and year < 100:
        year += 2000
    orders = [(first, second), (second, first)] if day_first else [(second, first), (first, second)]
    return tuple(_dated(day, month, year, today) for day, month in orders)


def _dated(day: int, month: int, year: int | None, today: date) -> date | None:
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    if year is None:
        return calendar.coming_date(month, day, today)
    return calendar.day_of(year, month, day)


def _named(match: re.Match[str], today: date, day_first: bool) -> Readings:
    return (_dated(number_of(match["d"]), MONTHS[match["m"]], year_of(match["y"]), today),)


def _days(match: re.Match[str], today: date, day_first: bool) -> Readings:
    """ "The 3rd to the 5th of May"; "10 to 3 May" are no such days."""
    month, year = MONTHS[match["m"]], year_of(match["y"])
    first = _dated(number_of(match["d"]), month, year, today)
    last = _dated(number_of(match["d2"]), month, year, today)
    return ((first, last), last) if first and last and first < last else ()


def _short_year(match: re.Match[str], today: date, day_first: bool) -> Readings:
    """ "The 14th of April 27"; a year long past or far ahead is none."""
    year = 2000 + int(match["yy"])
    if not today.year <= year <= today.year + 10:
        return ()
    return (_dated(number_of(match["d"]), MONTHS[match["m"]], year, today),)


def _edge_of_month(match: re.Match[str], today: date, day_first: bool) -> Readings:
    if match["m"]:
        number = MONTHS[match["m"]]
        first = date(year_of(match["y"]) or today.year + (number < today.month), number, 1)
    else:
        first = calendar.months_on(today.replace(day=1), int(match["which"] == "next"))
    return (first if match["edge"] == "first" else calendar.month_end(first),)


def _day_of_month(match: re.Match[str], today: date, day_first: bool) -> Readings:
    month = today if match["which"] != "next" else calendar.months_on(today.replace(day=1), 1)
    day = calendar.day_of(month.year, month.month, number_of(match["d"]))
    if match["which"] == "the" and day is not None and day < today:
        return (calendar.coming_day(day.day, today),)
    return (day,)


def _weekday_and_number(match: re.Match[str], today: date, day_first: bool) -> Readings:
    weekday, day = WEEKDAY_NUMBERS[match["w"]], number_of(match["d"])
    if match["y"]:
        year = int(match["y"])
        today = max(today, date(year, 1, 1)) if year >= today.year else date(year, 1, 1)
    return (calendar.weekday_on_day(weekday, day, today) or calendar.coming_day(day, today),)


def _ordinal(match: re.Match[str], today: date, day_first: bool) -> Readings:
    return (calendar.coming_day(number_of(match["d"]), today),)


def _nth_weekday(match: re.Match[str], today: date, day_first: bool) -> Readings:
    nth, weekday = number_of(match["n"]), WEEKDAY_NUMBERS[match["w"]]
    if match["y"]:
        return (calendar.nth_weekday(weekday, nth, date(int(match["y"]), _month(match, today), 1)),)
    if match["m"]:
        this = today.replace(day=1, month=MONTHS[match["m"]])
        months = [this, this.replace(year=today.year + 1)]
    else:
        ahead = 1 if match["which"] == "next" else 0
        months = [calendar.months_on(today.replace(day=1), ahead + i) for i in range(2)]
    days = (calendar.nth_weekday(weekday, nth, month) for month in months)
    return (next((day for day in days if day is not None and day >= today), None),)


def _month(match: re.Match[str], today: date) -> int:
    return MONTHS[match["m"]] if match["m"] else today.month


NUMERIC_FORMS: tuple[Form, ...] = (
    (ISO, _iso),
    (NUMERIC, _numeric),
    (SHORT_NUMERIC, _numeric),
    (NTH_DAY, _nth_weekday),
)
MONTH_FORMS: tuple[Form, ...] = (
    (DAYS_MONTH, _days),
    (MONTH_DAYS, _days),
    (OF_MONTH, _day_of_month),
    (MONTH_ON, _day_of_month),
    (EDGE_OF_MONTH, _edge_of_month),
    (SHORT_YEAR, _short_year),
    (MONTH_DAY, _named),
    (DAY_MONTH, _named),
)
WEEKDAY_NUMBER_FORM: Form = (WEEKDAY_NUMBER, _weekday_and_number)
ORDINAL_FORMS: tuple[Form, ...] = ((LED_PICK, _ordinal), (JUST_ORDINAL, _ordinal))
