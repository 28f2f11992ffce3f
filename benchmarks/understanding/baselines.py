"""What a few lines of pattern matching make of the same sentences, to measure against."""

import re
from datetime import date, datetime, timedelta

from receptionist.domain.number_words import MONTHS
from receptionist.domain.practice import WEEKDAYS

MONTH = "|".join(month[:3] for month in MONTHS)
DAY_MONTH = re.compile(rf"\b(\d\d?)(?:st|nd|rd|th)?(?: of)? ({MONTH})[a-z]*(?: (\d{{4}}))?", re.I)
MONTH_DAY = re.compile(rf"\b({MONTH})[a-z]* (\d\d?)(?:st|nd|rd|th)?(?:,? (\d{{4}}))?", re.I)
CLOCK = re.compile(r"\b(\d\d?)(?::(\d\d))? ?([ap])\.?m|\b(\d\d?):(\d\d)", re.I)
DATE = re.compile(r"\b(\d\d?)[/ ](\d\d?)[/ ](\d{4})\b")
POSTCODE = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?) ?(\d[a-z]{2})\b", re.I)
NUMBERS = {month[:3].lower(): number for number, month in enumerate(MONTHS, start=1)}


def first_value(kind: str, text: str, now: datetime) -> str | None:
    """A date, time or datetime by its digits, the month's or weekday's name, or "tomorrow"."""
    day, clock = _day(text, now.date()), _clock(text)
    if kind == "date":
        return day.isoformat() if day else None
    if kind == "time" or clock is None:
        return clock
    return f"{(day or now.date()).isoformat()}T{clock}"


def identity_answer(item: str, text: str) -> str:
    """The answer as it stands: a full date in digits or words, all words, a written postcode."""
    if item == "name":
        return " ".join(text.split()[-2:])
    if item == "postcode":
        written = POSTCODE.search(text)
        return " ".join(written.groups()).upper() if written else ""
    digits = DATE.search(text)
    if digits:
        return _iso(int(digits[3]), int(digits[2]), int(digits[1]))
    named = DAY_MONTH.search(text)
    if named and named[3]:
        return _iso(int(named[3]), NUMBERS[named[2].lower()], int(named[1]))
    return ""


def _day(text: str, today: date) -> date | None:
    said = text.lower()
    for word, ahead in (("today", 0), ("tomorrow", 1)):
        if word in said:
            return today + timedelta(days=ahead)
    for number, name in enumerate(WEEKDAYS):
        if name in said:
            return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    day_month, month_day = DAY_MONTH.search(text), MONTH_DAY.search(text)
    if day_month:
        return _coming(int(day_month[1]), day_month[2], day_month[3], today)
    if month_day:
        return _coming(int(month_day[2]), month_day[1], month_day[3], today)
    return None


def _coming(day: int, month: str, year: str | None, today: date) -> date | None:
    for each in [int(year)] if year else [today.year, today.year + 1]:
        written = _iso(each, NUMBERS[month.lower()], day)
        if written and (year or written >= today.isoformat()):
            return date.fromisoformat(written)
    return None


def _clock(text: str) -> str | None:
    found = CLOCK.search(text)
    if found is None:
        return None
    hour, minute = int(found[1] or found[4]), int(found[2] or found[5] or 0)
    if found[3]:
        hour = hour % 12 + (12 if found[3].lower() == "p" else 0)
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


def _iso(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""
