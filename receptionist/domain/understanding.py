"""What the embedded engine makes of one sentence, as `receptionist understand` prints it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from receptionist.domain.emergencies import check_safety
from receptionist.domain.intents import intents
from receptionist.domain.spoken_contacts import find_name, find_phone
from receptionist.domain.spoken_dates import find_birth_date, find_when
from receptionist.errors import InvalidArguments

DAY_FIRST_ZONES = ("Europe/", "Australia/", "Asia/Kolkata", "Pacific/Auckland")
REGIONS = {"Europe/London": "GB", "Europe/Dublin": "IE", "Australia/Sydney": "AU"}


def understand(row: Mapping[str, Any], *, clock: datetime | None = None) -> dict[str, Any]:
    """Intent, dates, times, slots and safety of `row["text"]`. Raises `InvalidArguments`."""
    text, now = _read(row, clock or datetime.now(UTC))
    zone = str(row.get("timezone") or "America/New_York")
    expecting = str(row.get("expecting") or "")
    day_first = zone.startswith(DAY_FIRST_ZONES)
    kind, score = intents(text)[0]
    when = find_when(text, now, day_first=day_first)
    found: dict[str, Any] = {
        "intent": kind,
        "score": score,
        "dates": [when.first.isoformat()] if when.first else [],
        "times": [f"{when.at:%H:%M}"] if when.at else [],
        "datetimes": [],
        "slots": _slots(text, now, zone, expecting, day_first=day_first),
        "safety": check_safety(text),
    }
    if when.first and when.at:
        found["datetimes"] = [f"{when.first.isoformat()}T{when.at:%H:%M}"]
    return {key: value for key, value in found.items() if value not in ([], {})}


def _read(row: Mapping[str, Any], clock: datetime) -> tuple[str, datetime]:
    text = row.get("text")
    if not isinstance(text, str):
        raise InvalidArguments('expected {"text": "what was said"} on every line')
    zone_name = str(row.get("timezone") or "America/New_York")
    try:
        zone = ZoneInfo(zone_name)
        now = datetime.fromisoformat(str(row["now"])) if row.get("now") else clock
    except (ZoneInfoNotFoundError, ValueError) as exc:
        raise InvalidArguments("expected an IANA `timezone` and an ISO `now`") from exc
    return text, now.replace(tzinfo=zone) if now.tzinfo is None else now.astimezone(zone)


def _slots(
    text: str, now: datetime, zone: str, expecting: str, *, day_first: bool
) -> dict[str, Any]:
    slots: dict[str, Any] = {}
    born = find_birth_date(text, now, day_first=day_first)
    if born is not None and expecting in ("date_of_birth", "birth", ""):
        slots["date_of_birth"] = born.isoformat()
    name = find_name(text, expected=expecting == "name")
    if name is not None:
        slots["name"] = name
        first, _, last = name.partition(" ")
        slots["first_name"] = first
        if last:
            slots["last_name"] = last
    phone = find_phone(text, REGIONS.get(zone, "US"))
    if phone is not None and born is None:
        slots["phone"] = phone
    return slots
