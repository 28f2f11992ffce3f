"""Dates of birth as callers say them and as recognisers mangle them.

Pure. "The 6th of the 10th 1943", "oh three oh four nineteen seventy two", "19061 980": a date of
birth is a full date in the past, so digits may be regrouped freely, and one too many dropped,
until they are one.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain
from operator import itemgetter

from receptionist.domain.calendar_days import day_of
from receptionist.domain.spoken_birth_digits import PICKS, Reading, in_digits, ordered, years
from receptionist.domain.spoken_birth_sounds import misheard_day
from receptionist.domain.spoken_birth_spellings import as_said
from receptionist.domain.spoken_calendar import MONTH, MONTHS
from receptionist.domain.spoken_patterns import one_of
from receptionist.domain.spoken_plain import plain

ORDINAL = r"(?:\d{1,2}(?:th)?|first|second|third)"
DAY_BEFORE = r"\d\d?(?:th)? (?:of )?"
YEAR = r"(?P<y>(?:18|19|20)\d\d|'?\d\d)(?!\w)"
WHOLE_YEAR = r"(?P<y>(?:19|20)\d\d)"
DAY = rf"(?P<d>{ORDINAL})"
GAP = r"(?: (?!\d)[a-z]+){0,2}?"
NAMED = (
    re.compile(rf"\b{DAY}(?: day)?(?: of)?(?: the)? (?P<m>{MONTH})(?: of| in)? {YEAR}"),
    re.compile(rf"\b(?P<m>{MONTH})(?: the)? {DAY}(?: of| in)? {YEAR}"),
    re.compile(rf"\b{DAY}{GAP} (?P<m>{MONTH})\b(?: \d\d?th)?{GAP} {YEAR}"),
    re.compile(rf"\b(?P<m>{MONTH})(?: the)? {DAY}{GAP} {YEAR}"),
    re.compile(rf"\b{DAY} (?:of )?(?P<m>{MONTH})\b(?: [a-z']+){{3,7}} {WHOLE_YEAR}$"),
    re.compile(rf"\b{WHOLE_YEAR}(?: the)? (?P<m>{MONTH})(?: the)? {DAY}$"),
    re.compile(rf"\b{WHOLE_YEAR}(?: the)? {DAY} (?:of )?(?P<m>{MONTH})$"),
)
MONTH_AND_DIGITS = re.compile(
    rf"(?:\b{DAY} (?:of )?)?(?<!\w)(?P<m>{MONTH})\b(?P<digits>(?: \d+)+)(?!\w)"
)
# "To" and "for" are what "the" and "of" are heard as.
BETWEEN = one_of(" ?[-/.] ?", " of(?: the)? ", " the ", " to(?: the)? ", " for ")
NUMBERED = re.compile(
    rf"(?<![\d/])(?:the )?(?P<one>{ORDINAL}){BETWEEN}(?P<two>{ORDINAL})"
    rf"(?: ?[-/.] ?| of | in | )(?:\D{{0,6}} )?(?P<y>(?:19|20)\d\d|\d\d)(?!\d)"
)
MONTH_AND_YEAR = re.compile(rf"\b(?P<m>{MONTH})\b.*?\b(?P<y>(?:19|20)\d\d)\b")
NUMBER_AND_YEAR = re.compile(
    r"(?<!\d )(?<![\d/:-])\b(?P<m>\d\d?)(?:th)?(?: of)? (?P<y>(?:19|20)\d\d)$"
)
NO_DAYS = frozenset("of is the it its it's my on in with a i'm was born birth date".split())
"""Said beside a day, and never taken for one."""
HARDLY_DAYS = frozenset("for fort so all also what off out if can add ask to".split())
"""Sound like an ordinal, but are said beside one oftener than for one."""
LONGEST_ANSWER = 300
"""Characters that are searched for what recognisers made of a date; more of them are talk."""
OLDEST = 125
"""Years; nobody has become older."""
CALLED = re.compile(r"\b(?:born|birth|birthday|d\.?o\.?b)\b", re.IGNORECASE)


def find_birth_date(
    text: str, now: datetime, *, day_first: bool = False, asked: bool = True
) -> date | None:
    """A date of birth: a full date in the past; the likeliest reading.

    `asked`: it was just asked for. Otherwise it must be called one, and only dates in usual
    forms count.
    """
    if not asked and not CALLED.search(text):
        return None
    return next(birth_dates(text, now, day_first=day_first, asked=asked), None)


def birth_dates(
    text: str, now: datetime, *, day_first: bool = False, asked: bool = True
) -> Iterator[date]:
    """Every reading as a date of birth, likeliest first.

    Digits are regrouped, and words taken for the ordinals they sound like ("this August
    1997"), only where it was asked for: it is read back then.
    """
    sentence = plain(text).text
    asked = asked and len(sentence) <= LONGEST_ANSWER
    if asked:
        sentence = as_said(sentence)
    sentence = _one_spelling(sentence)
    sentence = sentence[_last_correction(sentence) :]
    usual = (_in_order(sentence), _named(sentence), _numbered(sentence, day_first))
    heard = (_misheard_before_number(sentence), in_digits(sentence, day_first), _misheard(sentence))
    bold = heard if asked else ()
    for day, month, year in chain(*usual, *bold):
        born = _past(day, month, year, now.date())
        if born is not None:
            yield born


def _past(day: int, month: int, year: str, today: date) -> date | None:
    number = int(year)
    if len(year) <= 2:
        number += 2000 if number <= today.year % 100 else 1900
    elif year[:2] == "18":  # Nobody alive: a nineteen that was misheard.
        number += 100
    born = day_of(number, month, day) if 1 <= number <= 9999 else None
    fits = born is not None and born <= today and today.year - born.year <= OLDEST
    return born if fits else None


def _one_spelling(text: str) -> str:
    """Years in one piece: "2000 and 7", "19 72", "19 oh 5"; sentence ends away."""
    text = text.replace(" . ", " ").removesuffix(" .")
    text = re.sub(r"\b(20|19)00 (?:and )?(\d)\b(?!\d)", r"\g<1>0\2", text)
    text = re.sub(r"\b(20|19)00 (?:and )?(\d\d)\b(?!\d)", r"\1\2", text)
    text = re.sub(r"\b(19|20) (?:oh|o|0) (\d)\b", r"\g<1>0\2", text)
    text = re.sub(r"\b(\d\d?[-/.]\d\d?[-/.](?:19|20)) (\d\d)\b", r"\1\2", text)
    text = re.sub(rf"\b({MONTH}) (19|20) (\d\d)$", r"\1 \2\3", text)
    # The year begun twice: "October 19th 1988", "June 2020 to 2012".
    text = re.sub(rf"({DAY_BEFORE}{MONTH}) (19|20)th (?=\2\d\d)", r"\1 ", text)
    text = re.sub(rf"({DAY_BEFORE}{MONTH}) (?:19|20)\d\d to ((?:19|20)\d\d)", r"\1 \2", text)
    text = re.sub(r"\b90(\d\d)\b", r"19\1", text)
    return re.sub(r"\b(of )?me (?=(?:\d\d? )?(?:19|20)\d\d)", r"\1may ", text)


def _last_correction(text: str) -> int:
    """Where the words after a correction begin, if they still hold a date."""
    marks = list(re.finditer(r"\b(?:sorry|no|i mean|i meant|actually|correction)\b", text))
    ends = (m.end() for m in reversed(marks) if re.search(r"\d", text[m.end() :]))
    return next(ends, 0)


def _in_order(text: str) -> Iterator[Reading]:
    """Year, month, day, as in ISO 8601."""
    for match in re.finditer(r"(?<!\d)((?:19|20)\d\d)[-/. ](\d\d?)[-/. ](\d\d?)(?!\d)", text):
        yield int(match[3]), int(match[2]), match[1]


def _named(text: str) -> Iterator[Reading]:
    """With the month's name: "the 3rd of May 1972", "May the 3rd 72"."""
    yield from _article_heard_as_month(text)
    for pattern in NAMED:
        for match in reversed(list(pattern.finditer(text))):
            yield _number(match["d"]), MONTHS[match["m"]], match["y"].lstrip("'")
    for match in MONTH_AND_DIGITS.finditer(text):
        digits = re.sub(r"\D", "", match["digits"])
        if match["d"]:
            yield from years(_number(match["d"]), MONTHS[match["m"]], digits)
        elif len(digits) > 4:
            yield from years(int(digits[:2]), MONTHS[match["m"]], digits[2:])
            yield from years(int(digits[:1]), MONTHS[match["m"]], digits[1:])


def _article_heard_as_month(text: str) -> Iterator[Reading]:
    """ "The 19th of the 9th 1990" is heard as "19th of May 9th 1990"."""
    for match in re.finditer(rf"\b(\d\d?)(?:th)? (?:of )?{MONTH} (\d\d?)th {YEAR}", text):
        if int(match[2]) <= 12:
            yield int(match[1]), int(match[2]), match["y"]


def _numbered(text: str, day_first: bool) -> Iterator[Reading]:
    """With the month's number: "the 6th of the 10th 1943", "3/12/84", "14 10 2007"."""
    for match in NUMBERED.finditer(text):
        one, two = _number(match["one"]), _number(match["two"])
        # "The 3rd of the 4th" is a day and a month everywhere.
        said_of = " of " in match[0] or day_first
        yield from ordered(one, two, match["y"], day_first=bool(said_of))


def _misheard(text: str) -> Iterator[Reading]:
    """ "This August 1997": a month, a year, and before them what should have been a day."""
    for match in MONTH_AND_YEAR.finditer(text):
        if day := _day_heard(text[: match.start()]):
            yield day, MONTHS[match["m"]], match["y"]
    for match in re.finditer(rf"\b({MONTH}) (?:the )?([a-z]+) ((?:19|20)\d\d)\b", text):
        if day := misheard_day(match[2]):
            yield day, MONTHS[match[1]], match[3]


def _misheard_before_number(text: str) -> Iterator[Reading]:
    """ "Queen 12 1951": what should have been a day before a month's number."""
    for match in NUMBER_AND_YEAR.finditer(text):
        day = _day_heard(text[: match.start()])
        if day and 1 <= int(match["m"]) <= 12:
            yield day, int(match["m"]), match["y"]


def _day_heard(before: str) -> int | None:
    """The day by the last words before a month; "for" and "so" only where nothing else is one."""
    words = [word for word in before.split()[-3:] if word not in NO_DAYS][-2:]
    days = [(word in HARDLY_DAYS, misheard_day(word)) for word in reversed(words)]
    return next((day for _, day in sorted(days, key=itemgetter(0)) if day), None)


def _number(said: str) -> int:
    return int(PICKS.get(said, said.removesuffix("th")))
