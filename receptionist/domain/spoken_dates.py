"""When a caller means: the days and times of a sentence, put together.

Pure: `now` is an argument, in the practice's zone. Likeliest reading first.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, TypeVar

from receptionist.domain.calendar_days import WEEK
from receptionist.domain.clock_readings import SpokenHalf
from receptionist.domain.spoken_births import find_birth_date as find_birth_date
from receptionist.domain.spoken_days import SpokenDay, find_days, said_days
from receptionist.domain.spoken_moments import find_moments, is_at_once, is_end_of_day
from receptionist.domain.spoken_patterns import one_of, words
from receptionist.domain.spoken_plain import Plain, plain
from receptionist.domain.spoken_times import SpokenTime, find_times, part_of, said_at

Part = Literal["morning", "afternoon", "evening"]
PARTS: dict[SpokenHalf | None, Part | None] = {
    "morning": "morning",
    "afternoon": "afternoon",
    "evening": "evening",
    "night": "evening",
}
TAKING_BACK = one_of(
    r"no (?:sorry|wait|actually|make (?:it|that)|i meant?|not that)",
    r"i meant?",
    r"make (?:that|it)",
    r"(?:or )?rather(?! than)",
    r"scratch that",
    words("sorry correction actually wait no"),
)
CORRECTION = re.compile(rf"\b{TAKING_BACK}\b")
NOT_THAT = one_of(
    "not(?: on| at)?",
    "instead of",
    words("rather other") + " than",
    "except(?: for| on)?",
    "apart from",
    "any ?(?:day|time|thing) but",
    "isn't",
    "(?:can't|cannot) (?:do|make|come|be)(?: on| at)?",
)
REJECTED = re.compile(rf"\b{NOT_THAT} (?:the )?$")
REFUSES = words("doesn't don't won't isn't")
WORKS = words("work suit good possible free")
UNSUITABLE = re.compile(rf" (?:{REFUSES}|(?:does|will|is) not|is no) {WORKS}\b")
JOINED = re.compile(
    rf"(?:{words('and or to until till through thru -')})?(?: {words('on the maybe even')})*"
)
RANGE = re.compile(r"(?:to|until|till|through|thru|-)\b|-")
NEARBY = 40
LAST_MINUTE = time(23, 59)
MOST = 6
"""Readings listed, at most."""

Mention = TypeVar("Mention", SpokenDay, SpokenTime)


@dataclass(frozen=True, slots=True)
class SpokenWhen:
    """What a sentence says about when: a range of days, a time, a part of the day.

    `at` is the time wished for, or from when on; `earliest` and `latest` are set where the
    caller gave a bound ("after four", "between two and four"). "At four" is taken for the
    afternoon, when practices are open; `also_at` has the reading that was not taken.
    """

    first: date | None = None
    last: date | None = None
    at: time | None = None
    part: Part | None = None
    earliest: time | None = None
    latest: time | None = None
    also_at: tuple[time, ...] = ()

    @property
    def says_anything(self) -> bool:
        """Whether there is any of it."""
        return any(v is not None for v in (self.first, self.at, self.part, self.latest))


@dataclass(frozen=True, slots=True)
class SpokenMoments:
    """Every day and time of a sentence; apart what was refused, taken back, or is over."""

    plain: Plain
    days: tuple[SpokenDay, ...]
    times: tuple[SpokenTime, ...]
    refused_days: tuple[SpokenDay, ...]
    refused_times: tuple[SpokenTime, ...]
    moments: tuple[datetime, ...]
    """Said relative to now: "in two hours"."""
    mentioned: tuple[datetime, ...]
    """Now, "an hour later", "the end of the day": listed, but no wish for an hour."""

    def dates(self) -> list[date]:
        """Every day, likeliest first; those not wished for last."""
        counted = (at.date() for at in (*self.moments, *self.mentioned))
        return _distinct([*said_days((*self.days, *self.refused_days)), *counted])

    def times_of_day(self) -> list[time]:
        """Every time, likeliest first; those not wished for last."""
        counted = (at.time() for at in (*self.moments, *self.mentioned))
        spoken = [*said_at((*self.times, *self.refused_times)), *counted]
        return _distinct(at.replace(second=0, microsecond=0) for at in spoken)

    def datetimes(self, now: datetime) -> list[datetime]:
        """Days and times together; a time alone is the next such time. Without a zone."""
        local = now.replace(tzinfo=None)
        pairs = [*self.moments, *self.mentioned, *self._pairs(local)]
        return _distinct(at.replace(second=0, microsecond=0) for at in pairs)[:MOST]

    def _pairs(self, local: datetime) -> Iterator[datetime]:
        named = [spoken for spoken in self.days if not spoken.vague]
        if len(named) == len(self.times) > 1:  # "Monday at three or Tuesday at four".
            for spoken, clock in zip(named, self.times, strict=True):
                yield datetime.combine(spoken.first, clock.readings[0])
        for at in said_at(self.times or self.refused_times):
            if not named:
                today = datetime.combine(local.date(), at)
                yield today if today >= local else today + timedelta(days=1)
            for spoken in named:
                yield datetime.combine(spoken.first, at)


def read_moments(
    said: str, now: datetime, *, day_first: bool = False, expecting: str = ""
) -> SpokenMoments:
    """Every day and time in what was said. `expecting`: what was just asked for, as "time"."""
    sentence = plain(said)
    days, rest = find_days(sentence.text, now.date(), day_first=day_first)
    half = next((spoken.half for spoken in days if spoken.half), None)
    moments, mentioned, rest = find_moments(rest, now)
    if is_at_once(sentence.text):
        mentioned.append(now.replace(tzinfo=None))
    if is_end_of_day(sentence.text):
        mentioned.append(datetime.combine(now.date(), LAST_MINUTE))
    times = find_times(rest, half=half, asked="time" in expecting.split())
    kept_days, refused_days = _corrected(sentence.text, days)
    kept_times, refused_times = _corrected(sentence.text, times)
    return SpokenMoments(
        sentence,
        tuple(kept_days),
        tuple(kept_times),
        tuple(refused_days),
        tuple(refused_times),
        tuple(moments),
        tuple(mentioned),
    )


def find_when(
    text: str, now: datetime, *, day_first: bool = False, expecting: str = ""
) -> SpokenWhen:
    """The days and time a sentence asks for. After a correction only what follows it counts."""
    found = read_moments(text, now, day_first=day_first, expecting=expecting)
    first, last = _span(found)
    half = next((spoken.half for spoken in found.days if spoken.half), None)
    part = PARTS.get(half or part_of(found.plain.text))
    readings, earliest, latest = _bounds(found.times)
    if found.moments and not found.times:
        moment = found.moments[0]
        readings, first, last = (moment.time(),), moment.date(), moment.date()
    at = readings[0] if readings else None
    return SpokenWhen(first, last, at, part, earliest, latest, readings[1:])


def _span(found: SpokenMoments) -> tuple[date | None, date | None]:
    if not found.days:
        return None, None
    named = [spoken for spoken in found.days if not spoken.vague] or list(found.days)
    first = named[0]
    if len(named) > 1:
        joint = found.plain.text[first.end : named[1].start].strip()
        last = named[1].last
        if last < first.first and RANGE.match(joint):
            last += WEEK  # "Monday to Wednesday", said on a Monday.
        if JOINED.fullmatch(joint) and first.first <= last:
            return first.first, last
    return first.first, first.last


def _bounds(
    times: Sequence[SpokenTime],
) -> tuple[tuple[time, ...], time | None, time | None]:
    """The readings of the time wished for, and the earliest and the latest."""
    after = next((t.readings for t in times if t.bound == "after"), ())
    before = next((t.readings for t in times if t.bound == "before"), ())
    wished = next((t.readings for t in times if t.bound is None), ())
    return wished or after, next(iter(after), None), next(iter(before), None)


def _corrected(text: str, mentions: Sequence[Mention]) -> tuple[list[Mention], list[Mention]]:
    """The mentions that hold, and those that were refused or taken back, or are over."""
    kept: list[Mention] = []
    refused: list[Mention] = []
    for mention in mentions:
        (refused if _is_refused(text, mention) else kept).append(mention)
    for match in CORRECTION.finditer(text):
        before = [m for m in kept if m.end <= match.start()]
        after = [m for m in kept if m.start >= match.end()]
        if before and after:
            kept, refused = after, refused + before
    return kept, refused


def _is_refused(text: str, mention: SpokenDay | SpokenTime) -> bool:
    if isinstance(mention, SpokenDay) and mention.past:
        return True
    before = REJECTED.search(text, max(0, mention.start - NEARBY), mention.start)
    return (before or UNSUITABLE.match(text, mention.end)) is not None


Kind = TypeVar("Kind", date, time, datetime)


def _distinct(values: Sequence[Kind] | Iterator[Kind]) -> list[Kind]:
    return list(dict.fromkeys(values))
