"""Our events in Google's words and back, and what to do about an event that is there already.

No SDK and no socket. Wire format: https://developers.google.com/workspace/calendar/api/v3/reference
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from receptionist.domain.opening_hours import Interval
from receptionist.errors import CalendarUnavailable, ProviderRefused, ProviderUnavailable
from receptionist.ports.calendar import CalendarEvent, StoredEvent

NAME = "google"
MOST_CALENDARS = 50
LONGEST_RANGE = timedelta(days=85)
"""Google refuses free/busy over more than 90 days."""

WROTE_TIME = "receptionist_time"
WROTE_TEXT = "receptionist_text"
FOR_GOOD = frozenset({"notFound", "forbidden", "groupTooBig", "tooManyCalendarsRequested"})

Body = dict[str, Any]
Settlement = Literal["revive", "update", "unchanged", "kept"]


def event_body(event: CalendarEvent) -> Body:
    """The whole event, for insert and update."""
    return {
        "id": event.id,
        "status": "confirmed",
        **_times(event),
        **_text(event),
        "extendedProperties": {"private": _private(event)},
    }


def patch_body(event: CalendarEvent, stored: StoredEvent) -> Body:
    """What changed, for patch. Text goes along only if ours is new: people add notes to it."""
    # A patch merges: a day that a person made of it would stay beside our moment.
    times = {edge: {**value, "date": None} for edge, value in _times(event).items()}
    text = _text(event) if stored.private.get(WROTE_TEXT) != _text_mark(event) else {}
    return {**times, **text, "extendedProperties": {"private": _private(event)}}


def stored_event(body: Mapping[str, Any], zone: str | None = None) -> StoredEvent:
    """Google's event; `zone` is the calendar's, for events that last whole days."""
    start, end = body.get("start", {}), body.get("end", {})
    return StoredEvent(
        id=str(body["id"]),
        cancelled=body.get("status") == "cancelled",
        interval=_interval(start, end, zone),
        all_day="date" in start,
        repeats="recurrence" in body or "recurringEventId" in body,
        blocks=body.get("transparency") != "transparent" and not _is_declined(body),
        summary=str(body.get("summary", "")),
        private=dict(body.get("extendedProperties", {}).get("private", {})),
        etag=body.get("etag"),
    )


def settle(event: CalendarEvent, stored: StoredEvent, known: Interval | None) -> Settlement:
    """What to do when our id is there already. Raises `ProviderRefused`: the event is not ours."""
    if stored.cancelled:
        return "revive"
    ours, theirs = event.private.get("appointment_id"), stored.private.get("appointment_id")
    if WROTE_TIME not in stored.private or ours != theirs:
        raise ProviderRefused(NAME, "the event id is taken by an event that is not ours")
    wrote = stored.private[WROTE_TIME]
    at = _time_mark(stored.interval)
    expected = {wrote, _time_mark(event.interval), _time_mark(known)} - {None}
    if at not in expected:
        return "kept"
    wanted = _private(event)
    same = at == _time_mark(event.interval) and wanted.items() <= stored.private.items()
    return "unchanged" if same else "update"


def free_busy_requests(
    calendar_ids: Sequence[str], start: datetime, end: datetime
) -> Iterator[Body]:
    """As many requests as Google's limits ask for."""
    ids = list(dict.fromkeys(calendar_ids))
    while start < end:
        until = min(end, start + LONGEST_RANGE)
        for first in range(0, len(ids), MOST_CALENDARS):
            yield {
                "timeMin": rfc3339(start),
                "timeMax": rfc3339(until),
                "calendarExpansionMax": MOST_CALENDARS,
                "items": [{"id": name} for name in ids[first : first + MOST_CALENDARS]],
            }
        start = until


def busy_times(
    asked: Sequence[Body], answers: Sequence[Mapping[str, Any]]
) -> dict[str, Sequence[Interval]]:
    """The answers put together. A 200 can hold errors: raises `CalendarUnavailable` for those."""
    found: dict[str, set[tuple[datetime, datetime]]] = {}
    unknown: dict[str, str] = {}
    for request, answer in zip(asked, answers, strict=True):
        for item in request["items"]:
            entry = answer["calendars"].get(item["id"], {})
            if entry.get("errors") or "busy" not in entry:
                unknown[item["id"]] = _reason_of(entry)
                continue
            spans = ((_moment(s["start"]), _moment(s["end"])) for s in entry["busy"])
            found.setdefault(item["id"], set()).update(spans)
    if unknown:
        retryable = not FOR_GOOD & set(unknown.values())
        raise CalendarUnavailable(NAME, unknown, retryable=retryable)
    return {name: [Interval(*span) for span in sorted(spans)] for name, spans in found.items()}


@contextmanager
def readable() -> Iterator[None]:
    """An answer that is not of the agreed form leaves as `ProviderUnavailable`."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as exc:
        raise ProviderUnavailable(NAME, "an answer that is not Google's") from exc


def reason_code(value: object) -> str:
    """A code of Google's, safe to log; a text that is none could quote anything."""
    code = str(value)
    return code if re.fullmatch(r"[A-Za-z_]{1,40}", code) else "unknown"


def rfc3339(at: datetime) -> str:
    """UTC, to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _reason_of(entry: Mapping[str, Any]) -> str:
    errors = entry.get("errors") or [{"reason": "missing"}]
    return reason_code(errors[0].get("reason"))


def _times(event: CalendarEvent) -> Body:
    return {
        edge: {"dateTime": at.isoformat(timespec="seconds"), "timeZone": event.timezone}
        for edge, at in (("start", event.start), ("end", event.end))
    }


def _text(event: CalendarEvent) -> Body:
    return {
        "summary": event.summary,
        "description": event.description,
        "location": event.location or "",
    }


def _private(event: CalendarEvent) -> dict[str, str]:
    marks = {WROTE_TIME: str(_time_mark(event.interval)), WROTE_TEXT: _text_mark(event)}
    return {**event.private, **marks}


def _time_mark(interval: Interval | None) -> str | None:
    return f"{rfc3339(interval.start)}/{rfc3339(interval.end)}" if interval else None


def _text_mark(event: CalendarEvent) -> str:
    text = "\0".join((event.summary, event.description, event.location or ""))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _interval(start: Body, end: Body, zone: str | None) -> Interval | None:
    if "dateTime" in start and "dateTime" in end:
        return Interval(_moment(start["dateTime"]), _moment(end["dateTime"]))
    if "date" in start and "date" in end and zone is not None:
        return Interval(_midnight(start["date"], zone), _midnight(end["date"], zone))
    return None


def _is_declined(body: Mapping[str, Any]) -> bool:
    """Whether whoever's calendar it is has declined; it stays there all the same."""
    own = (guest for guest in body.get("attendees", ()) if guest.get("self"))
    return any(guest.get("responseStatus") == "declined" for guest in own)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _midnight(day: str, zone: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(0), ZoneInfo(zone)).astimezone(UTC)
