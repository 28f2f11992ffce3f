"""Times of day as people say them: "half past two", "between four and five", "9 tomorrow".

Pure. Works on a sentence's plain form (`spoken_plain`) in which days are already blotted out
with `BLOT`. A time without its half of the day has two readings, the one in which practices
are open first.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import time
from typing import Literal

from receptionist.domain.clock_readings import SpokenHalf, clock_readings
from receptionist.domain.spoken_patterns import one_of, words
from receptionist.domain.spoken_time_forms import FORMS, FOUND, PART, words_before

Bound = Literal["after", "before"]


@dataclass(frozen=True, slots=True)
class SpokenTime:
    """One time in a sentence: where it is in the plain form, and its readings, likeliest first."""

    start: int
    end: int
    readings: tuple[time, ...]
    bound: Bound | None = None
    said_half: SpokenHalf | None = None
    lone: bool = False
    """Whether only a number was said, which may answer another question."""


REFUSED = "".join(
    rf"(?<!\b{said} )"
    for said in (
        "not in the",
        "not the",
        "but",
        "but the",
        "except",
        "except the",
        "except in the",
    )
)
PARTS_OF_DAY = re.compile(rf"\b{REFUSED}(?:(?P<part>{PART})s?|tonight)\b")
NOT = r"\b(?:not|nothing|[a-z]+n't|cannot) (?:\w+ ){0,3}?"
FROM = one_of(words("after past from between since"), "later than")
UNTIL = one_of(words("before by until till til"), "(?:earlier|sooner) than")
ROUGHLY = rf"(?:{words('about around a')} )?"
BOUNDS: tuple[tuple[Bound, re.Pattern[str]], ...] = (
    ("after", re.compile(rf"(?:{NOT}{UNTIL}|\bno (?:earlier|sooner) than) {ROUGHLY}$")),
    ("before", re.compile(rf"(?:{NOT}(?:after|later than|past)|\bno later than) {ROUGHLY}$")),
    ("after", re.compile(rf"\b{FROM} {ROUGHLY}$")),
    ("before", re.compile(rf"\b{UNTIL} {ROUGHLY}$")),
)
BESIDE = re.compile(rf"(?!\b{words('please ok')}\b)(?<![a-z])[a-z]|[~#]")
NAMED_HOURS = {"noon": 12, "noonish": 12, "mid day": 12, "midday": 12, "midnight": 0}


def find_times(
    text: str, *, half: SpokenHalf | None = None, asked: bool = False
) -> list[SpokenTime]:
    """Every time in the plain form `text`, in order.

    `half` is the half of the day the words already blotted out speak of; `asked` is whether a
    time was just asked for, so that a lone number is one.
    """
    matches: list[re.Match[str]] = []
    for pattern, accepts in FORMS:
        at = 0
        while match := pattern.search(text, at):
            at = match.end("span")
            if accepts(match, asked) and clock_readings(*_numbers(match)):
                matches.append(match)
                text = _blotted(text, match)
    half = half or _half_of_sentence(text)
    matches.sort(key=lambda match: match.start("span"))
    return _paired(text, [_read(match, half) for match in matches])


def part_of(text: str) -> SpokenHalf | None:
    """The part of the day a sentence speaks of, apart from clock times."""
    found = PARTS_OF_DAY.search(text)
    if found:
        return _HALVES[found["part"] or "night"]
    if re.search(r"\bbefore (?:noon|lunch)\b|\bfirst thing\b", text):
        return "morning"
    if re.search(r"\bafter (?:lunch|noon)\b", text):
        return "afternoon"
    return "evening" if re.search(r"\bafter (?:work|school)\b", text) else None


def said_at(times: Sequence[SpokenTime]) -> Iterator[time]:
    """Every reading: each time's likeliest first, then the other halves of the day."""
    yield from (spoken.readings[0] for spoken in times)
    for spoken in times:
        yield from spoken.readings[1:]


_HALVES: dict[str, SpokenHalf] = {
    "am": "am",
    "pm": "pm",
    "morning": "morning",
    "afternoon": "afternoon",
    "evening": "evening",
    "night": "night",
}


def _half_of_sentence(text: str) -> SpokenHalf | None:
    """The one part of the day that is named; none when there are two."""
    names = {match["part"] for match in PARTS_OF_DAY.finditer(text)}
    return part_of(text) if len(names) == 1 else None


def _read(match: re.Match[str], half: SpokenHalf | None) -> SpokenTime:
    own = _own_half(match)
    readings = clock_readings(*_numbers(match), own or half, padded=_padded(match))
    start, end = match.span("span")
    before = words_before(match)
    bound = next((name for name, lead in BOUNDS if lead.search(before)), None)
    rest = match.string[:start] + match.string[end:] if match[0].isdigit() else "a time"
    return SpokenTime(start, end, readings, bound, own, not BESIDE.search(rest))


def _own_half(match: re.Match[str]) -> SpokenHalf | None:
    """The half of the day said with it; what a form looks ahead at is another time's."""
    groups, end = match.groupdict(), match.end("span")
    names = (name for name in ("half", "late", "part", "lead", "ahead") if groups.get(name))
    said = (groups[name] for name in names if match.start(name) < end)
    return next((_HALVES[word] for word in said if word in _HALVES), None)


def _numbers(match: re.Match[str]) -> tuple[int, int]:
    """Hour and minute, from whichever groups the form has."""
    groups = match.groupdict()
    name = groups.get("name") or groups.get("h") or "0"
    hour = int(name) if name.isdigit() else NAMED_HOURS.get(name, 0)
    said = groups.get("m") or groups.get("single") or "0"
    minute = 15 if said == "quarter" else int(said)
    if "past" in groups:
        minute = 30
    if groups.get("to") and minute:
        return (hour - 1) % 24 if hour != 1 else 12, 60 - minute
    return hour, minute


def _padded(match: re.Match[str]) -> bool:
    """Whether the hour was said as on a 24-hour clock: "09:30", "oh nine hundred", and noon."""
    groups = match.groupdict()
    hour = groups.get("h") or ""
    return bool(groups.get("name") or groups.get("zero")) or not re.fullmatch(r"[1-9]\d?", hour)


def _blotted(text: str, match: re.Match[str]) -> str:
    start, end = match.span("span")
    return text[:start] + FOUND * (end - start) + text[end:]


def _paired(text: str, times: list[SpokenTime]) -> list[SpokenTime]:
    """ "Between two and four in the afternoon": the half said last holds for both."""
    paired = list(times)
    for at in range(len(paired) - 2, -1, -1):
        one, two = paired[at], paired[at + 1]
        joint = text[one.end : two.start].strip()
        if joint not in ("to", "and", "-", "until", "till", "or"):
            continue
        if one.said_half is None and two.said_half:
            hour, minute = one.readings[0].hour % 12 or 12, one.readings[0].minute
            readings = clock_readings(hour, minute, two.said_half)
            if readings[0] <= two.readings[0]:
                paired[at] = replace(one, readings=readings)
        if one.bound == "after" and joint != "or":
            paired[at + 1] = replace(two, bound="before")
    return paired
