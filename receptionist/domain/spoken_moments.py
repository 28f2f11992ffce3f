"""Moments by how far off they are: "in two hours", "half an hour from now", "right now".

Pure. Works on a sentence's plain form (`spoken_plain`).
"""

import re
from datetime import UTC, datetime, timedelta

from receptionist.domain.spoken_patterns import one_of

BLOT = "~"
FEW = {"a couple of": 2, "a pair of": 2, "a few": 3, "a": 1, "an": 1}
QUARTERS = {"half": 2, "quarter": 1, "a": 1, "3": 3}
AMOUNT = rf"(?P<n>{one_of(*FEW)}|[0-9]{{1,3}})"
UNIT = r"(?P<half_more>and a half )?(?P<unit>min(?:ute)?s?|hours?|hrs?|h)"
AND_MORE = r"(?: and (?:a (?P<and_half>half)|(?P<more>\d\d?) min(?:ute)?s?))?"
PART = rf"(?P<part>{one_of('half an?', '(?:a )?quarter of an', '3 quarters of an')}) hour"
DURATION = rf"(?:{AMOUNT} {UNIT}{AND_MORE}|{PART})"
AHEAD = (
    re.compile(rf"(?<!\w)(?:with)?in (?:about |around )?{DURATION}(?!\w)"),
    re.compile(rf"(?<!\w){DURATION} {one_of('from now', 'hence')}(?!\w)"),
)
LATER = re.compile(rf"(?<!\w){DURATION} later(?!\w)")
AT_ONCE = one_of(
    "(?<!for )(?<!from )(?:right )?now",
    "just now",
    "at the moment",
    "at (?:the )?present(?: time)?",
    "at this time",
)
END_OF_DAY = re.compile(r"(?<!\w)(?:end of (?:the )?day|eod)(?!\w)")
NOW = re.compile(rf"(?<!\w)(?<!not )(?<!not right ){AT_ONCE}(?=$| \.| until)")


def find_moments(text: str, now: datetime) -> tuple[list[datetime], list[datetime], str]:
    """Moments counted from now, moments later than one unsaid, and `text` with them blotted.

    Local time without a zone. Hours are counted as they pass, also while clocks are changed.
    """
    ahead, text = _counted(text, AHEAD, now)
    later, text = _counted(text, (LATER,), now)
    return ahead, later, text


def is_end_of_day(text: str) -> bool:
    """Whether the end of today is spoken of."""
    return END_OF_DAY.search(text) is not None


def is_at_once(text: str) -> bool:
    """Whether the present is spoken of."""
    return NOW.search(text) is not None


def _counted(
    text: str, forms: tuple[re.Pattern[str], ...], now: datetime
) -> tuple[list[datetime], str]:
    found = []
    for form in forms:
        for match in form.finditer(text):
            found.append(_after(now, _duration(match)))
            text = text[: match.start()] + BLOT * len(match[0]) + text[match.end() :]
    return found, text


def _after(now: datetime, duration: timedelta) -> datetime:
    if now.tzinfo is None:
        return now + duration
    return (now.astimezone(UTC) + duration).astimezone(now.tzinfo).replace(tzinfo=None)


def _duration(match: re.Match[str]) -> timedelta:
    if match["part"]:
        return timedelta(minutes=15 * QUARTERS[match["part"].split()[0]])
    count = int(match["n"]) if match["n"].isdigit() else FEW[match["n"]]
    minutes = count * (60 if match["unit"][0] == "h" else 1)
    if match["and_half"] or (match["half_more"] and match["unit"][0] == "h"):
        minutes += 30
    return timedelta(minutes=minutes + int(match["more"] or 0))
