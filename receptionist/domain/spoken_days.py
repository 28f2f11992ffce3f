"""Days as people say them: "a week on Tuesday", "first Monday in December", "the 3rd".

Pure. Works on a sentence's plain form (`spoken_plain`); `today` is an argument. What the forms
are is in the modules they come from; here they are put in order, the more specific first.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from receptionist.domain.clock_readings import SpokenHalf
from receptionist.domain.spoken_calendar import BLOT, Form, Readings
from receptionist.domain.spoken_dated_days import (
    MONTH_FORMS,
    NUMERIC_FORMS,
    ORDINAL_FORMS,
    WEEKDAY_NUMBER_FORM,
)
from receptionist.domain.spoken_distances import DISTANCE_FORMS, distances_from
from receptionist.domain.spoken_periods import FEAST_FORM, PERIOD_FORMS
from receptionist.domain.spoken_weekdays import (
    PAST_FORMS,
    RELATIVE_FORMS,
    WEEKDAY_FORMS,
    WEEKDAY_LATER_FORM,
    WEEKDAYS_ON_FORM,
)

HALVES: dict[str, SpokenHalf] = {
    "morning": "morning",
    "afternoon": "afternoon",
    "evening": "evening",
    "tonight": "night",
    "tonite": "night",
}


@dataclass(frozen=True, slots=True)
class SpokenDay:
    """One mention of days: where it is in the plain form, first and last day, other readings."""

    start: int
    end: int
    first: date
    last: date
    others: tuple[date, ...] = ()
    half: SpokenHalf | None = None
    vague: bool = False
    """Whether no day was named: "whenever", "the first available"."""
    past: bool = False
    """Whether it was said to be over: "last Tuesday", "two days ago"."""


def find_days(text: str, today: date, *, day_first: bool) -> tuple[list[SpokenDay], str]:
    """Every mention of days in the plain form `text` in order, and the text with them blotted."""
    found: list[SpokenDay] = []
    for pattern, reader in FORMS:
        at = 0
        while match := pattern.search(text, at):
            at = max(match.end(), match.start() + 1)
            spoken = _spoken(match, reader(match, today, day_first))
            if spoken is not None:
                found.append(spoken)
                blots = BLOT * (spoken.end - spoken.start)
                text = text[: spoken.start] + blots + text[spoken.end :]
    found.sort(key=lambda spoken: spoken.start)
    return found, text


def said_days(days: Sequence[SpokenDay]) -> Iterator[date]:
    """Every reading that names a day: each mention's likeliest first, then the others."""
    named = [spoken for spoken in days if not spoken.vague]
    yield from (spoken.first for spoken in named)
    for spoken in named:
        yield from spoken.others


def _spoken(match: re.Match[str], readings: Readings) -> SpokenDay | None:
    spans = [each if isinstance(each, tuple) else (each, each) for each in readings if each]
    if not spans:
        return None
    groups = match.groupdict()
    start, end = match.span("span") if "span" in groups else match.span()
    (first, last), others = spans[0], (day for day, _ in spans[1:] if day != spans[0][0])
    half = HALVES.get(match[0].rsplit(" ", 1)[-1])
    return SpokenDay(
        *(start, end, first, last, tuple(dict.fromkeys(others)), half),
        vague=groups.get("vague") is not None,
        past=groups.get("past") is not None,
    )


def _first_day(text: str, today: date, day_first: bool) -> date | None:
    found, _ = find_days(text, today, day_first=day_first)
    return found[0].first if found else None


FORMS: tuple[Form, ...] = (
    *NUMERIC_FORMS,
    *distances_from(_first_day),
    *MONTH_FORMS,
    WEEKDAYS_ON_FORM,
    *PAST_FORMS,
    WEEKDAY_LATER_FORM,
    *DISTANCE_FORMS,
    FEAST_FORM,
    *RELATIVE_FORMS,
    WEEKDAY_NUMBER_FORM,
    *WEEKDAY_FORMS,
    *ORDINAL_FORMS,
    *PERIOD_FORMS,
)
