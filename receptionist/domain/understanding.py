"""What the embedded engine makes of one sentence, as `receptionist understand` prints it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from receptionist.domain.emergencies import check_safety
from receptionist.domain.intents import intents
from receptionist.domain.spoken_dates import SpokenMoments, read_moments
from receptionist.domain.spoken_plain import LONGEST
from receptionist.domain.spoken_questions import asked_for
from receptionist.domain.spoken_slots import answers_identity, find_slots
from receptionist.domain.zone_countries import country_of, is_day_first
from receptionist.errors import InvalidArguments

ZONE = "America/New_York"
"""Where a row says nothing else."""
YEARS = range(1900, 2200)
"""Of `now`: far from the calendar's ends, so that every distance can be counted."""


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence, and what is known about the moment it was said."""

    text: str
    now: datetime
    zone: str
    expecting: str
    previous: str


def understand(row: Mapping[str, Any], clock: datetime) -> dict[str, Any]:
    """Intent, dates, times, slots and safety of `row["text"]`. Raises `InvalidArguments`.

    `clock` is the moment where the row tells none.
    """
    said = read_row(row, clock)
    day_first = is_day_first(said.zone)
    kind, score = intents(said.text, previous=said.previous)[0]
    when = read_moments(said.text, said.now, day_first=day_first, expecting=said.expecting)
    slots = find_slots(
        said.text,
        when,
        said.now,
        country=country_of(said.zone),
        day_first=day_first,
        expecting=said.expecting,
    )
    found: dict[str, Any] = {
        "intent": kind,
        "score": score,
        **_moments(when, said, slots),
        "slots": slots,
        "safety": check_safety(said.text),
    }
    return {key: value for key, value in found.items() if value not in ([], {})}


def _moments(when: SpokenMoments, said: Row, slots: Mapping[str, Any]) -> dict[str, list[str]]:
    """Dates and times; the digits of a date of birth or a number that was asked for are none."""
    if answers_identity(said.expecting, slots):
        return {"dates": [slots["date_of_birth"]] if "date_of_birth" in slots else []}
    return {
        "dates": [day.isoformat() for day in when.dates()],
        "times": [f"{at:%H:%M}" for at in when.times_of_day()],
        "datetimes": [f"{at:%Y-%m-%dT%H:%M}" for at in when.datetimes(said.now)],
    }


def read_row(row: Mapping[str, Any], clock: datetime) -> Row:
    """A row as it was written, checked. Raises `InvalidArguments`."""
    text = row.get("text")
    if not isinstance(text, str):
        raise InvalidArguments('expected {"text": "what was said"} on every line')
    zone_name = str(row.get("timezone") or ZONE)
    previous = _printable(str(row.get("previous") or "")[:LONGEST])
    expecting = row.get("expecting") or asked_for(previous)
    if isinstance(expecting, list):
        expecting = " ".join(map(str, expecting))
    return Row(
        _printable(text[:LONGEST]),
        _now(row.get("now"), zone_name, clock),
        zone_name,
        str(expecting),
        previous,
    )


def _now(written: Any, zone_name: str, clock: datetime) -> datetime:
    try:
        zone = ZoneInfo(zone_name)
        now = datetime.fromisoformat(str(written)) if written else clock
        now = now.replace(tzinfo=zone) if now.tzinfo is None else now.astimezone(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError, OverflowError) as exc:
        raise InvalidArguments("expected an IANA `timezone` and an ISO `now`") from exc
    if now.year not in YEARS:
        raise InvalidArguments(f"expected a `now` from {YEARS[0]} to {YEARS[-1]}")
    return now


def _printable(text: str) -> str:
    """Without half characters, which JSON can spell and no terminal can print."""
    return text.encode("utf-8", "replace").decode()
