"""Days by the week, month, year or feast they are in: "next week", "mid June", "Easter"."""

import re
from datetime import date, timedelta

from receptionist.domain import calendar_days as calendar
from receptionist.domain.feasts import FEASTS, feast
from receptionist.domain.spoken_calendar import (
    MONTH,
    MONTHS,
    NTH,
    YEAR,
    Form,
    Readings,
    form,
    year_of,
)
from receptionist.domain.spoken_patterns import words

PLACE = words("end later? earl(?:y|ier) beginning start mid middle")
EDGE = rf"(?:(?P<edge>(?:the )?(?:very )?{PLACE})(?: (?:of|in|part of))?(?: the)? )?"
WEEK = form(
    rf"(?P<span>{EDGE}(?:(?P<which>this|next|the)(?: coming| following)? week"
    r"(?! (?:before|of|on))(?: after next| after)?|the week after))"
)
WEEK_OF_MONTH = form(
    rf"(?P<span>(?:the )?(?P<n>first|second|third|last) (?:full )?week (?:of|in) "
    rf"(?:(?P<m>{MONTH})|(?P<which>this|next|the) month)(?: (?P<y>{YEAR}))?)"
)
WEEKEND = form(r"(?P<span>(?:(?P<which>this|next|the|a)(?: coming)? )?weekends?)")
MONTH_ONLY = form(rf"(?P<span>{EDGE}(?P<m>{MONTH})\b(?: (?P<y>{YEAR}))?)(?P<which>)?(?! \d)")
THIS_MONTH = form(
    rf"(?P<span>{EDGE}(?P<which>this|next|the)(?: coming)? month(?: (?:after) next)?)"
    r"(?P<m>)?(?P<y>)?"
)
YEAR_EDGE = form(r"(?:(?P<edge>(?:the )?end of) )?(?:the )?(?P<which>next|this|the) year")
NEW_YEAR = form(r"(?:in|after) the new year")
FEAST = form(
    rf"(?P<span>(?:the )?(?P<beside>day (?:after|before) )?(?:next |this |the )?(?P<feast>{FEASTS})"
    rf"(?: (?:of |in )?(?P<y>{YEAR}))?)"
)
AVAILABLE = words(r"available possible time slot opening app\w*")
ANY_DAY = form(
    rf"(?P<vague>{words('first next earliest soonest')} {AVAILABLE}|any ?(?:day|time)|whenever|"
    r"as soon as possible|soon|asap)"
)
LEADS = words("in of this next since until till from by during for through to before after around")
LEADS_TO_MONTH = re.compile(rf"\b{LEADS} $")
UNTIL = re.compile(rf"\b{words('until till by through')} $")
MONTHS_AND_WORDS = frozenset(["may", "march", "mar", "sep", "dec", "jan"])
"""Said or written as something else, too: alone they are no months."""
FORTNIGHT = timedelta(days=14)


def _week(match: re.Match[str], today: date, day_first: bool) -> Readings:
    monday = calendar.monday_of(today) + calendar.WEEK * _weeks_ahead(match)
    edge = match["edge"] or ""
    if edge.endswith(("end", "late", "later")):
        return ((monday + timedelta(days=3), monday + timedelta(days=4)),)
    if edge.endswith(("mid", "middle")):
        return (monday + timedelta(days=2),)
    if edge:
        return ((monday, monday + timedelta(days=1)),)
    return ((max(monday, today), monday + timedelta(days=6)),)


def _weeks_ahead(match: re.Match[str]) -> int:
    said = match["span"]
    if "after next" in said:
        return 2
    if "following" in said or said == "the week after":
        return 1
    return 1 if match["which"] == "next" else 0


def _weekend(match: re.Match[str], today: date, day_first: bool) -> Readings:
    saturday = calendar.weekday_in_week(5, today, 0)
    if match["which"] == "next":
        saturday = calendar.weekday_in_week(5, today, 1)
    return ((max(saturday, today), saturday + timedelta(days=1)),)


def _month(match: re.Match[str], today: date, day_first: bool) -> Readings:
    first = _first_of_month(match, today)
    last = calendar.month_end(first)
    edge = match["edge"] or ""
    if edge.endswith(("end", "late", "later")):
        return last, last - timedelta(days=6)
    if edge.endswith(("mid", "middle")):
        return (first.replace(day=15),)
    if edge:
        return ((first, first + timedelta(days=6)),)
    return (max(first, today), last), last, first


def _first_of_month(match: re.Match[str], today: date) -> date:
    if match["m"]:
        year = year_of(match["y"]) or (today.year + (MONTHS[match["m"]] < today.month))
        return date(year, MONTHS[match["m"]], 1)
    ahead = 1 if match["which"] == "next" else 0
    return calendar.months_on(today.replace(day=1), ahead + ("after next" in match["span"]))


def _week_of_month(match: re.Match[str], today: date, day_first: bool) -> Readings:
    """The month's first seven days, and so on."""
    first = _first_of_month(match, today)
    last = calendar.month_end(first)
    if match["n"] == "last":
        return ((last - timedelta(days=6), last),)
    begins = first + calendar.WEEK * (NTH[match["n"]] - 1)
    return ((begins, begins + timedelta(days=6)),)


def _led_month(match: re.Match[str], today: date, day_first: bool) -> Readings:
    """A month alone; "in May" leads to one, "may" does not."""
    before = match.string[: match.start("span")]
    if before.endswith("last "):
        return ()
    if match["m"] in MONTHS_AND_WORDS and not (match["edge"] or LEADS_TO_MONTH.search(before)):
        return ()
    found = _month(match, today, day_first)
    return (found[1], found[0]) if UNTIL.search(before) and len(found) > 1 else found


def _year_edge(match: re.Match[str], today: date, day_first: bool) -> Readings:
    year = today.year + (match["which"] == "next")
    return (date(year, 12, 31) if match["edge"] else date(year, 1, 1),)


def _new_year(match: re.Match[str], today: date, day_first: bool) -> Readings:
    first = date(today.year + 1, 1, 1)
    return ((first, calendar.month_end(first)),)


def _feast(match: re.Match[str], today: date, day_first: bool) -> Readings:
    year = year_of(match["y"])
    days = [feast(match["feast"], today.year + ahead) for ahead in range(2)]
    shift = {"day after ": 1, "day before ": -1}.get(match["beside"] or "", 0)
    if year is not None:
        return (feast(match["feast"], year) + timedelta(days=shift),)
    coming = (day + timedelta(days=shift) for day in days)
    return (next((day for day in coming if day >= today), None),)


def _any_day(match: re.Match[str], today: date, day_first: bool) -> Readings:
    return ((today, today + FORTNIGHT),)


FEAST_FORM: Form = (FEAST, _feast)
PERIOD_FORMS: tuple[Form, ...] = (
    (NEW_YEAR, _new_year),
    (WEEK_OF_MONTH, _week_of_month),
    (WEEKEND, _weekend),
    (WEEK, _week),
    (THIS_MONTH, _month),
    (MONTH_ONLY, _led_month),
    (YEAR_EDGE, _year_edge),
    (ANY_DAY, _any_day),
)
