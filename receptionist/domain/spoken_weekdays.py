"""Days by where they are from today: "tomorrow", "next Tuesday", "Monday week"."""

import re
from datetime import date, timedelta

from receptionist.domain import calendar_days as calendar
from receptionist.domain.spoken_calendar import (
    BLOT,
    LONG_DAY,
    SHORT_DAY,
    WEEKDAY_NUMBERS,
    Form,
    Readings,
    form,
)
from receptionist.domain.spoken_patterns import one_of, words

TOMORROW = words("tomorrow tmrw tmr")
RELATIVE_DAY = one_of(
    r"(?:the )?day after tomorrow",
    TOMORROW,
    words("today tonight tonite otd"),
    r"this (?:morning|afternoon|evening)",
    r"the day after(?=$| \.| at)",
    r"for the (?P<the>day)(?=$| \.)",
)
RELATIVE = form(rf"(?P<span>{RELATIVE_DAY}(?P<later> week| fortnight)?)")
LATER = one_of(
    r"after next",
    r"(?:of )?(?:the )?week after next",
    r"(?:of |in )?next week",
    r"(?:of )?this week",
    r"of the (?:following |coming )?week",
    r"in a week(?:'s time)?",
    r"in [2-9] weeks",
    r"week",
    r"fortnight",
    r"the week after",
    r"in a fortnight",
)
LEAD = one_of(
    r"next week(?: on)?",
    r"(?:the )?week after next(?: on)?",
    r"(?:this )?(?:coming|upcoming|following)",
    r"this",
    r"next",
)
WEEKDAY = form(rf"(?P<span>(?:(?P<lead>{LEAD}) )?(?P<w>{LONG_DAY})s?(?: (?P<later>{LATER}))?)")
WEEKDAY_LATER = form(rf"(?P<span>(?:(?P<lead>{LEAD}) )?(?P<w>{LONG_DAY}) (?P<later>{LATER}))")
# "Sat", "sun" and "wed" are words, too.
AFTER_SHORT = rf"(?=$| \.| at | {BLOT}| ~| \d| for | in the | morning| afternoon)"
SHORT_WEEKDAY = form(
    rf"(?P<span>(?:(?P<lead>{LEAD}) )?(?P<w>{SHORT_DAY})(?: (?P<later>{LATER}))?){AFTER_SHORT}"
)
WEEKDAYS_ON = form(rf"(?P<n>\d) (?P<w>{LONG_DAY})s? (?:from now|from today|away|hence)")


TOMORROW_OR = form(rf"{TOMORROW} (?:or|and) (?:the )?(?:day|one) after")
LAST_WEEKDAY = form(rf"(?P<past>last|past|this past) (?P<w>{LONG_DAY})")
YESTERDAY = form(r"(?P<past>(?:the )?(?P<before>day before )?yesterday)")


def _relative(match: re.Match[str], today: date, day_first: bool) -> Readings:
    said = match["span"]
    ahead = 0
    if "day after tomorrow" in said:
        ahead = 2
    elif re.match(rf"{TOMORROW}|(?:the )?day after", said):
        ahead = 1
    day = today + timedelta(days=ahead)
    if match["later"]:
        day += timedelta(days=14 if "fortnight" in match["later"] else 7)
    return (day,)


def _weekdays_on(match: re.Match[str], today: date, day_first: bool) -> Readings:
    """ "3 Fridays from now"."""
    coming = calendar.coming_weekday(WEEKDAY_NUMBERS[match["w"]], today)
    return (coming + timedelta(days=7 * (int(match["n"]) - 1)),)


def _weekday(match: re.Match[str], today: date, day_first: bool) -> Readings:
    weekday = WEEKDAY_NUMBERS[match["w"]]
    later, lead = match["later"] or "", match["lead"] or ""
    weeks = _calendar_weeks(later, lead)
    if weeks is not None:
        return (calendar.weekday_in_week(weekday, today, weeks),)
    coming = calendar.coming_weekday(weekday, today)
    if later == "after next":
        return coming + calendar.WEEK, coming + 2 * calendar.WEEK
    if later:
        counted = re.search(r"[2-9]", later)
        weeks = int(counted[0]) if counted else 1 + ("fortnight" in later)
        return (coming + calendar.WEEK * weeks,)
    if lead == "next":
        return calendar.weekday_in_week(weekday, today, 1), coming
    if coming - today == calendar.WEEK:
        return coming, today
    return (coming,)


def _calendar_weeks(later: str, lead: str) -> int | None:
    """How many calendar weeks ahead; None where no week was named."""
    if later.endswith(("this week", "of the week")):
        return 0
    if "week after next" in later or "week after next" in lead:
        return 2
    if "next week" in later or "next week" in lead or later.startswith("of the"):
        return 1
    return None


def _last_weekday(match: re.Match[str], today: date, day_first: bool) -> Readings:
    return (today - timedelta(days=(today.weekday() - WEEKDAY_NUMBERS[match["w"]] - 1) % 7 + 1),)


def _yesterday(match: re.Match[str], today: date, day_first: bool) -> Readings:
    return (today - timedelta(days=2 if match["before"] else 1),)


PAST_FORMS: tuple[Form, ...] = ((YESTERDAY, _yesterday), (LAST_WEEKDAY, _last_weekday))


def _tomorrow_or(match: re.Match[str], today: date, day_first: bool) -> Readings:
    return ((today + timedelta(days=1), today + timedelta(days=2)),)


RELATIVE_FORMS: tuple[Form, ...] = ((TOMORROW_OR, _tomorrow_or), (RELATIVE, _relative))
WEEKDAYS_ON_FORM: Form = (WEEKDAYS_ON, _weekdays_on)
WEEKDAY_LATER_FORM: Form = (WEEKDAY_LATER, _weekday)
WEEKDAY_FORMS: tuple[Form, ...] = ((WEEKDAY, _weekday), (SHORT_WEEKDAY, _weekday))
