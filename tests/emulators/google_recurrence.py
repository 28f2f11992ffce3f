"""Events that repeat: each of their times (`singleEvents`).

Of RRULE, FREQ=DAILY and FREQ=WEEKLY are known, with INTERVAL and COUNT. A rule keeps the
wall-clock time of its zone.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

STEPS = {"DAILY": timedelta(days=1), "WEEKLY": timedelta(weeks=1)}
Span = tuple[datetime, datetime]


def spans_within(event: dict[str, Any], first: Span, zone: str, window: Span) -> Iterator[Span]:
    """When an event takes place within the window; `first` is its first time."""
    start, end = first
    if "recurrence" not in event:
        if start < window[1] and end > window[0]:
            yield first
        return
    rule = dict(
        part.split("=") for part in event["recurrence"][0].removeprefix("RRULE:").split(";")
    )
    step = STEPS[rule["FREQ"]] * int(rule.get("INTERVAL", "1"))
    wall = start.astimezone(ZoneInfo(event["start"].get("timeZone") or zone))
    for number in range(int(rule["COUNT"])) if "COUNT" in rule else count():
        at = (wall + number * step).astimezone(UTC)
        if at >= window[1]:
            return
        if at + (end - start) > window[0]:
            yield at, at + (end - start)


def instances(event: dict[str, Any], spans: Iterator[Span]) -> Iterator[dict[str, Any]]:
    """The event as `singleEvents=true` lists it."""
    if "recurrence" not in event:
        yield event
        return
    plain = {name: value for name, value in event.items() if name != "recurrence"}
    for start, end in spans:
        yield {
            **plain,
            "id": f"{event['id']}_{start:%Y%m%dT%H%M%SZ}",
            "recurringEventId": event["id"],
            "start": {"dateTime": start.isoformat()},
            "end": {"dateTime": end.isoformat()},
        }
