"""Days and times as people say them.

Pure: `now` is an argument, in the practice's zone. Likeliest reading first.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from receptionist.domain.practice import WEEKDAYS
from receptionist.domain.spoken_numbers import digits_from_words

Part = Literal["morning", "afternoon", "evening"]
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
DAY = "|".join(
    [*WEEKDAYS, "mon", "tues", "tue", "weds", "wed", "thurs", "thur", "thu", "fri", "sat"]
)
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
CORRECTION = re.compile(r"\b(?:no,? (?:sorry|wait|actually)|i mean|make that|sorry,?)\b")
CLOCK = re.compile(
    r"\b(?:at |around |about )?(?P<h>\d{1,2})(?:[:.](?P<m>\d{2}))?\s*(?P<half>[ap]\.?\s?m\.?)?"
    r"(?P<oclock>\s*o'?\s?clock)?(?!\d|(?:st|nd|rd|th)\b)"
)
PRONOUN_ONE = re.compile(
    r"\b(first|second|third|last|earlier|later|that|this|other|next|which|early|late) one\b"
)
HALF_PAST = re.compile(r"\bhalf past (\d{1,2})\b")
QUARTER = re.compile(r"\b(?:a )?quarter (past|after|to|of|till) (\d{1,2})\b")
MINUTES_PAST = re.compile(r"\b(\d{1,2}) (?:minutes )?(past|after|to|till) (\d{1,2})\b")


@dataclass(frozen=True, slots=True)
class SpokenWhen:
    """What a sentence says about when: a range of days, a time, a part of the day."""

    first: date | None = None
    last: date | None = None
    at: time | None = None
    part: Part | None = None

    @property
    def says_anything(self) -> bool:
        """Whether there is any of it."""
        return any(v is not None for v in (self.first, self.at, self.part))


def find_when(text: str, now: datetime, *, day_first: bool = False) -> SpokenWhen:
    """The days and time a sentence asks for. After a correction only what follows it counts."""
    plain = digits_from_words(PRONOUN_ONE.sub(r"\1", text.casefold()))
    corrected = CORRECTION.split(plain)[-1]
    found = _read(corrected, now, day_first)
    return found if found.says_anything else _read(plain, now, day_first)


def find_birth_date(text: str, now: datetime, *, day_first: bool = False) -> date | None:
    """A date of birth: a full date in the past."""
    plain = digits_from_words(text.casefold())
    for match in (_named_date(plain), _numeric_date(plain, day_first)):
        if match is None:
            continue
        day, month, year = match
        if year is None:
            continue
        if year < 100:
            year += 2000 if year <= now.year % 100 else 1900
        born = _date(year, month, day)
        if born is not None and born <= now.date():
            return born
    return None


def _read(text: str, now: datetime, day_first: bool) -> SpokenWhen:
    part = _part(text)
    span = _days(text, now.date(), day_first)
    rest = _without_dates(text)
    return SpokenWhen(span[0], span[1], _time(rest, part), part)


def _part(text: str) -> Part | None:
    if re.search(r"\b(?:morning|before noon|before lunch|a\.?m\.?\b(?<!\d a\.m\.))", text):
        return "morning" if not re.search(r"\d\s*a\.?m", text) else None
    if re.search(r"\b(?:afternoon|after lunch)\b", text):
        return "afternoon"
    if re.search(r"\b(?:evening|tonight|after work)\b", text):
        return "evening"
    return None


def _days(text: str, today: date, day_first: bool) -> tuple[date | None, date | None]:
    one = _one_day(text, today, day_first)
    if one is not None:
        return one, one
    monday = today - timedelta(days=today.weekday())
    if re.search(r"\bthe week after next\b", text):
        return monday + timedelta(days=14), monday + timedelta(days=20)
    if re.search(r"\bnext week\b", text):
        return monday + timedelta(days=7), monday + timedelta(days=13)
    if re.search(r"\bthis week\b", text):
        return today, monday + timedelta(days=6)
    if re.search(r"\b(?:this |the )?weekend\b", text):
        return monday + timedelta(days=5), monday + timedelta(days=6)
    if re.search(
        r"\b(?:first|next|earliest|soonest) (?:available|possible|one|time|slot|app)", text
    ):
        return today, today + timedelta(days=14)
    if re.search(r"\b(?:any ?(?:day|time)|whenever|as soon as possible|soon|asap)\b", text):
        return today, today + timedelta(days=14)
    return None, None


def _one_day(text: str, today: date, day_first: bool) -> date | None:
    if re.search(r"\bday after tomorrow\b", text):
        return today + timedelta(days=2)
    if re.search(r"\btomorrow\b|\btmrw\b", text):
        return today + timedelta(days=1)
    if re.search(r"\b(?:today|tonight|this (?:morning|afternoon|evening))\b", text):
        return today
    ahead = re.search(r"\bin (?:a|(\d{1,2})) (day|week|fortnight|month)s?\b", text)
    if ahead:
        days = {"day": 1, "week": 7, "fortnight": 14, "month": 30}[ahead[2]]
        return today + timedelta(days=days * int(ahead[1] or 1))
    dated = _dated(text, today, day_first)
    return dated if dated is not None else _weekday(text, today)


def _dated(text: str, today: date, day_first: bool) -> date | None:
    iso = re.search(r"\b(\d{4})-(\d{2})-(\d{2})\b", text)
    if iso:
        return _date(int(iso[1]), int(iso[2]), int(iso[3]))
    found = _named_date(text) or _numeric_date(text, day_first)
    if found is not None:
        day, month, year = found
        if year is not None:
            return _date(year + 2000 if year < 100 else year, month, day)
        this = _date(today.year, month, day)
        return this if this is not None and this >= today else _date(today.year + 1, month, day)
    ordinal = re.search(r"\b(?:the )?(\d{1,2})(?:st|nd|rd|th)\b", text)
    if ordinal:
        return _coming_day(int(ordinal[1]), today)
    return None


def _coming_day(day: int, today: date) -> date | None:
    for offset in range(4):
        month = today.month - 1 + offset
        found = _date(today.year + month // 12, month % 12 + 1, day)
        if found is not None and found >= today:
            return found
    return None


def _named_date(text: str) -> tuple[int, int, int | None] | None:
    year = r"(?:,?\s+(?:of )?(\d{4}|\d{2}(?!\s*(?::|a\.?m|p\.?m|o'?clock))))?"
    one = re.search(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({MONTH})\b{year}", text)
    if one:
        return int(one[1]), MONTHS[one[2]], int(one[3]) if one[3] else None
    other = re.search(rf"\b({MONTH}) (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?\b{year}", text)
    if other:
        return int(other[2]), MONTHS[other[1]], int(other[3]) if other[3] else None
    return None


def _numeric_date(text: str, day_first: bool) -> tuple[int, int, int | None] | None:
    iso = re.search(r"\b(\d{4})-(\d{2})-(\d{2})\b", text)
    if iso:
        return int(iso[3]), int(iso[2]), int(iso[1])
    found = re.search(r"\b(\d{1,2})[/\-. ](\d{1,2})[/\-. ](\d{4}|\d{2})\b", text)
    found = found or re.search(r"\b(\d{1,2})/(\d{1,2})()\b", text)
    if not found:
        return None
    first, second = int(found[1]), int(found[2])
    day, month = (first, second) if day_first or first > 12 else (second, first)
    return day, month, int(found[3]) if found[3] else None


def _weekday(text: str, today: date) -> date | None:
    found = re.search(rf"\b(?:(next|this|coming) )?({DAY})\b( after next| week| next week)?", text)
    if not found:
        return None
    number = next(i for i, name in enumerate(WEEKDAYS) if name.startswith(found[2][:3]))
    ahead = (number - today.weekday()) % 7
    if found[3] is not None:
        return today + timedelta(days=(ahead or 7) + 7)
    if found[1] == "next" and ahead == 0:
        ahead = 7
    if re.search(r"\bnext week\b", text):
        return today - timedelta(days=today.weekday()) + timedelta(days=7 + number)
    return today + timedelta(days=ahead)


def _without_dates(text: str) -> str:
    """The text without numbers that belong to dates, so that they are not read as times."""
    for pattern in (
        r"\b\d{4}-\d{2}-\d{2}\b",
        rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{MONTH})\b(?:,? \d{{4}})?",
        rf"\b(?:{MONTH}) (?:the )?\d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}})?",
        r"\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\b",
        r"\bin \d{1,2} (?:day|week|month)s?\b",
    ):
        text = re.sub(pattern, " ", text)
    return text


def _time(text: str, part: Part | None) -> time | None:
    if re.search(r"\b(?:noon|midday)\b", text):
        return time(12)
    half = HALF_PAST.search(text)
    if half:
        return _clock(int(half[1]), 30, None, part)
    quarter = QUARTER.search(text)
    if quarter:
        hour = int(quarter[2])
        return (
            _clock(hour, 15, None, part)
            if quarter[1] in ("past", "after")
            else _clock((hour - 1) or 12, 45, None, part)
        )
    past = MINUTES_PAST.search(text)
    if past:
        minute, hour = int(past[1]), int(past[3])
        if past[2] in ("past", "after"):
            return _clock(hour, minute, None, part)
        return _clock((hour - 1) or 12, 60 - minute, None, part)
    for match in CLOCK.finditer(text):
        marked = match["half"] or match["m"] or match["oclock"]
        if marked or re.match(r"(?:at|around|about) ", match[0]) or _stands_alone(text, match):
            return _clock(int(match["h"]), int(match["m"] or 0), match["half"], part)
    return None


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """ "ten thirty" or "nine please": few words, and the number is not counting something."""
    if len(text.split()) > 6:
        return False
    spaced = re.match(r"\s*(\d{1,2})\s+(\d{2})\b", text[match.start("h") :])
    return spaced is not None or len(re.findall(r"\d+", text)) == 1


def _clock(hour: int, minute: int, half: str | None, part: Part | None) -> time | None:
    """On a bare clock time, the half of the day in which practices are open."""
    if hour > 23 or minute > 59:
        return None
    afternoon = half is not None and half[0] == "p"
    if half is None and part in ("afternoon", "evening"):
        afternoon = True
    if half is None and part is None and 1 <= hour < 8:
        afternoon = True
    if afternoon and hour < 12:
        hour += 12
    if half is not None and half[0] == "a" and hour == 12:
        hour = 0
    return time(hour, minute)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
