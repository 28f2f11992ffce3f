"""What Google keeps: calendars, who may see them, events, and what changed since when.

Plain calls and no sockets; `tests/emulators/google.py` serves it. Where Google's documents
leave doubts there is a switch in `Doubts`.
"""

import re
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any, Literal
from zoneinfo import ZoneInfo

from tests.emulators.google_recurrence import instances, spans_within

Role = Literal["freeBusyReader", "reader", "writer", "owner"]
ROLES: Sequence[Role] = ("freeBusyReader", "reader", "writer", "owner")
EVENT_ID = re.compile(r"[a-v0-9]{5,1024}")
FAR_PAST, FAR_FUTURE = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
LONGEST_FREE_BUSY = timedelta(days=90)
MOST_CALENDARS = 50

Body = dict[str, Any]


class ApiError(Exception):
    """An answer that is an error: HTTP status and Google's reason."""

    def __init__(self, status: int, reason: str, message: str = "", domain: str = "global") -> None:
        super().__init__(reason)
        self.status, self.reason, self.message, self.domain = status, reason, message, domain

    def body(self) -> Body:
        """Google's error document."""
        message = self.message or self.reason
        entry = {"domain": self.domain, "reason": self.reason, "message": message}
        return {"error": {"errors": [entry], "code": self.status, "message": message}}


@dataclass
class Doubts:
    """How the emulator answers where the documents are silent or differ."""

    duplicate_inserts_noticed: bool = True
    """False: an insert with an id that exists makes a second event."""
    deleted_events_readable: bool = True
    """False: get answers 404 for a deleted event, whose id stays taken."""
    hidden_events_writable: bool = True
    """False: what get answers 404 for, update and patch do too."""
    deleted_ids_stay_taken: bool = True
    delete_again: int = 410
    """Or 404."""
    revive_allowed: bool = True
    """False: writing to a deleted event is 403 forbidden."""
    cancelled_events_bare: bool = False
    """True: a deleted event is listed with its id and status and nothing else."""
    https_only: bool = False
    """True: a channel's address must be https, as at Google."""


@dataclass
class Entry:
    """One event and the revision it was last written in."""

    body: Body
    revision: int


@dataclass
class Calendar:
    """One calendar. `roles` says who may do what, by e-mail."""

    id: str
    timezone: str = "UTC"
    roles: dict[str, Role] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    oldest_token: int = 0

    def find(self, event_id: str) -> Entry | None:
        """The first entry with this id, deleted or not."""
        return next((entry for entry in self.entries if entry.body["id"] == event_id), None)

    def live(self) -> Iterator[Body]:
        """Events that are not deleted."""
        return (e.body for e in self.entries if e.body["status"] != "cancelled")


class CalendarStore:
    """All calendars. `changed` is called with a calendar's id after each write."""

    def __init__(self) -> None:
        self.calendars: dict[str, Calendar] = {}
        self.doubts = Doubts()
        self.page_size = 250
        self.lock = threading.RLock()
        self.changed: Callable[[str], None] = lambda _calendar_id: None
        self._revisions = count(1)
        self._revision = 0

    def allow(self, calendar_id: str, who: str, least: Role) -> Calendar:
        """The calendar, if `who` may; a calendar that is not shared does not exist."""
        calendar = self.calendars.get(calendar_id)
        role = calendar.roles.get(who) if calendar else None
        if calendar is None or role is None:
            raise ApiError(404, "notFound", "Not Found")
        if ROLES.index(role) < ROLES.index(least):
            raise ApiError(403, "requiredAccessLevel", "You need to have writer access", "calendar")
        return calendar

    def free_busy(self, body: Body, who: str) -> Body:
        """`freebusy.query`: refusals are entries of a 200."""
        start, end = instant(body["timeMin"]), instant(body["timeMax"])
        if end <= start:
            raise ApiError(400, "timeRangeEmpty", "The specified time range is empty.", "calendar")
        if end - start > LONGEST_FREE_BUSY:
            raise ApiError(400, "timeRangeTooLong", "The requested time range is too long.")
        if len(body["items"]) > MOST_CALENDARS:
            raise ApiError(400, "tooManyCalendarsRequested")
        found = {}
        for item in body["items"]:
            found[item["id"]] = self._busy_entry(item["id"], who, start, end)
        return {
            "kind": "calendar#freeBusy",
            "timeMin": body["timeMin"],
            "timeMax": body["timeMax"],
            "calendars": found,
        }

    def _busy_entry(self, calendar_id: str, who: str, start: datetime, end: datetime) -> Body:
        try:
            calendar = self.allow(calendar_id, who, "freeBusyReader")
        except ApiError as exc:
            return {"errors": [{"domain": "global", "reason": exc.reason}], "busy": []}
        spans = sorted(
            span
            for event in calendar.live()
            if event.get("transparency") != "transparent" and not _is_declined(event)
            for span in _times_of(event, calendar, start, end)
        )
        merged: list[tuple[datetime, datetime]] = []
        for first, last in spans:
            if merged and first <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((first, last))
        return {"busy": [{"start": written(a), "end": written(b)} for a, b in merged]}

    def insert(self, calendar_id: str, who: str, body: Body) -> Body:
        """`events.insert`."""
        calendar = self.allow(calendar_id, who, "writer")
        event_id = body.get("id") or secrets.token_hex(13)
        if not EVENT_ID.fullmatch(event_id):
            raise ApiError(400, "invalid", "Invalid resource id value.")
        check_times(body)
        known = calendar.find(event_id)
        if known is not None and known.body["status"] == "cancelled":
            if self.doubts.deleted_ids_stay_taken:
                raise ApiError(409, "duplicate", "The requested identifier already exists.")
            calendar.entries.remove(known)
        elif known is not None and self.doubts.duplicate_inserts_noticed:
            raise ApiError(409, "duplicate", "The requested identifier already exists.")
        now = written(datetime.now(UTC))
        fixed = {"kind": "calendar#event", "id": event_id, "iCalUID": f"{event_id}@google.com"}
        fixed |= {"created": now, "eventType": "default"}
        return self._write(calendar, Entry({"status": "confirmed", **body, **fixed}, 0))

    def get(self, calendar_id: str, who: str, event_id: str) -> Body:
        """`events.get`: also deleted events, with status cancelled."""
        entry = self._entry(self.allow(calendar_id, who, "reader"), event_id)
        if entry.body["status"] == "cancelled" and not self.doubts.deleted_events_readable:
            raise ApiError(404, "notFound", "Not Found")
        return dict(entry.body)

    def change(
        self, calendar_id: str, who: str, event_id: str, body: Body, etag: str | None, merge: bool
    ) -> Body:
        """`events.patch` (merge) and `events.update` (replace)."""
        calendar = self.allow(calendar_id, who, "writer")
        entry = self._entry(calendar, event_id)
        if etag not in (None, "*", entry.body["etag"]):
            raise ApiError(412, "conditionNotMet", "Precondition Failed")
        if entry.body["status"] == "cancelled":
            self._check_revival()
        kept = {k: entry.body[k] for k in ("kind", "id", "iCalUID", "created", "eventType")}
        changed = merged(entry.body, body) if merge else {"status": "confirmed", **body}
        check_times(changed)
        entry.body = {**changed, **kept}
        return self._write(calendar, entry)

    def delete(self, calendar_id: str, who: str, event_id: str, etag: str | None) -> None:
        """`events.delete`."""
        calendar = self.allow(calendar_id, who, "writer")
        entry = self._entry(calendar, event_id)
        if entry.body["status"] == "cancelled":
            raise ApiError(self.doubts.delete_again, "deleted", "Resource has been deleted")
        if etag not in (None, "*", entry.body["etag"]):
            raise ApiError(412, "conditionNotMet", "Precondition Failed")
        entry.body = {**entry.body, "status": "cancelled"}
        self._write(calendar, entry)

    def page(self, calendar_id: str, who: str, query: Mapping[str, Sequence[str]]) -> Body:
        """`events.list`, one page."""
        calendar = self.allow(calendar_id, who, "reader")
        one = {name: values[-1] for name, values in query.items()}
        after, until = self._position(calendar, one)
        matching = [
            entry
            for entry in sorted(calendar.entries, key=lambda entry: entry.revision)
            if after < entry.revision <= until and self._matches(calendar, entry.body, query, one)
        ]
        cut = matching[: min(int(one.get("maxResults", 250)), self.page_size)]
        answer: Body = {"kind": "calendar#events", "timeZone": calendar.timezone}
        answer |= {"accessRole": calendar.roles[who], "etag": f'"p{self._revision}"'}
        answer["items"] = [
            item for entry in cut for item in self._listed(calendar, entry.body, one)
        ]
        if len(cut) < len(matching):
            answer["nextPageToken"] = f"page.{cut[-1].revision}.{until}"
        else:
            answer["nextSyncToken"] = f"sync.{until}"
        return answer

    def expire_sync_tokens(self, calendar_id: str) -> None:
        """Every token given out so far is answered with 410."""
        self.calendars[calendar_id].oldest_token = self._revision + 1
        self._revision = next(self._revisions)

    def _position(self, calendar: Calendar, one: Mapping[str, str]) -> tuple[int, int]:
        if "pageToken" in one:
            after, until = map(int, one["pageToken"].split(".")[1:])
            return after, until
        if "syncToken" not in one:
            return 0, self._revision
        if {"timeMin", "timeMax", "updatedMin", "orderBy", "privateExtendedProperty"} & set(one):
            raise ApiError(400, "badRequest", "Sync token cannot be combined")
        since = int(one["syncToken"].removeprefix("sync."))
        if since < calendar.oldest_token:
            message = "Sync token is no longer valid, a full sync is required."
            raise ApiError(410, "fullSyncRequired", message, "calendar")
        return since, self._revision

    def _matches(
        self,
        calendar: Calendar,
        event: Body,
        query: Mapping[str, Sequence[str]],
        one: Mapping[str, str],
    ) -> bool:
        deleted_wanted = "syncToken" in one or one.get("showDeleted") == "true"
        if event["status"] == "cancelled" and not deleted_wanted:
            return False
        if not any(_times_of(event, calendar, *_window(one))):
            return False
        private = event.get("extendedProperties", {}).get("private", {})
        wanted = (pair.partition("=") for pair in query.get("privateExtendedProperty", ()))
        return all(private.get(name) == value for name, _, value in wanted)

    def _check_revival(self) -> None:
        if not self.doubts.deleted_events_readable and not self.doubts.hidden_events_writable:
            raise ApiError(404, "notFound", "Not Found")
        if not self.doubts.revive_allowed:
            raise ApiError(403, "forbidden", "Forbidden", "calendar")

    def _listed(self, calendar: Calendar, event: Body, one: Mapping[str, str]) -> Iterator[Body]:
        if event["status"] == "cancelled" and self.doubts.cancelled_events_bare:
            yield {k: event[k] for k in ("kind", "id", "etag", "status")}
        elif one.get("singleEvents") == "true":
            yield from instances(event, _times_of(event, calendar, *_window(one)))
        else:
            yield dict(event)

    def _entry(self, calendar: Calendar, event_id: str) -> Entry:
        entry = calendar.find(event_id)
        if entry is None:
            raise ApiError(404, "notFound", "Not Found")
        return entry

    def _write(self, calendar: Calendar, entry: Entry) -> Body:
        self._revision = entry.revision = next(self._revisions)
        now = datetime.now(UTC)
        entry.body |= {"updated": written(now), "etag": f'"{entry.revision}{now:%f}"'}
        if entry not in calendar.entries:
            calendar.entries.append(entry)
        self.changed(calendar.id)
        return dict(entry.body)


def instant(text: str) -> datetime:
    """RFC 3339 with an offset; anything else is 400."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError as exc:
        raise ApiError(400, "badRequest", "Bad Request") from exc
    if read.tzinfo is None:
        raise ApiError(400, "badRequest", "Bad Request")
    return read


def written(at: datetime) -> str:
    """UTC as Google writes it."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def span_of(event: Body, timezone: str) -> tuple[datetime, datetime]:
    """Start and end; a whole day is counted in the calendar's zone."""
    return _moment(event["start"], timezone), _moment(event["end"], timezone)


def _times_of(
    event: Body, calendar: Calendar, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    first = span_of(event, calendar.timezone)
    return spans_within(event, first, calendar.timezone, (start, end))


def _is_declined(event: Body) -> bool:
    own = (guest for guest in event.get("attendees", ()) if guest.get("self"))
    return any(guest.get("responseStatus") == "declined" for guest in own)


def _window(one: Mapping[str, str]) -> tuple[datetime, datetime]:
    start, end = (one.get(name) for name in ("timeMin", "timeMax"))
    return instant(start) if start else FAR_PAST, instant(end) if end else FAR_FUTURE


def _moment(value: Body, timezone: str) -> datetime:
    if "date" in value:
        day = date.fromisoformat(value["date"])
        return datetime.combine(day, time(0), ZoneInfo(timezone))
    return instant(value["dateTime"])


def check_times(event: Body) -> None:
    """400 unless start and end are each a day or a moment, in order."""
    for edge in ("start", "end"):
        value = event.get(edge) or {}
        if len({"date", "dateTime"} & set(value)) != 1:
            raise ApiError(400, "invalid", f"Invalid {edge} time.")
    start, end = span_of(event, "UTC")
    if end < start:
        raise ApiError(400, "timeRangeEmpty", "The specified time range is empty.", "calendar")


def merged(old: Body, new: Body) -> Body:
    """PATCH semantics: objects merge, null removes."""
    result = dict(old)
    for name, value in new.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict) and isinstance(old.get(name), dict):
            result[name] = merged(old[name], value)
        else:
            result[name] = merged({}, value) if isinstance(value, dict) else value
    return result
