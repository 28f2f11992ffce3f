"""Google Calendar, as a service account the practice shares its calendars with.

Events carry ids we choose, so that an insert whose answer was lost is found
again. Wire facts: https://developers.google.com/workspace/calendar/api/v3/reference
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from providers.calendar.google_api.dialect import (
    NAME,
    Body,
    busy_times,
    event_body,
    free_busy_requests,
    patch_body,
    readable,
    rfc3339,
    settle,
    stored_event,
)
from receptionist.domain.opening_hours import Interval
from receptionist.errors import ConfigurationError, ProviderRefused, ProviderUnavailable
from receptionist.ports.adapter import Adapter
from receptionist.ports.calendar import (
    Calendar,
    CalendarChanges,
    CalendarEvent,
    PutResult,
    StoredEvent,
    WatchChannel,
)

API_PATH = "/calendar/v3"
GONE = (404, 410)
CONFLICT = (409, 412)
MOST_ATTEMPTS = 4
THREADS = 16
PAGE = 250
HOUR = timedelta(hours=1)
WRITERS = ("writer", "owner")
NOT_SHARED = ("notFound", "forbidden", "requiredAccessLevel")
NO_SDK = "CALENDAR_PROVIDER='google': needs pip install 'receptionist[google]'"
NO_KEY = "GOOGLE_APPLICATION_CREDENTIALS: its private_key cannot be read; download a new key file"
KEYS = ("client_email", "private_key", "token_uri")


class GoogleCalendarSettings(BaseSettings, env_prefix="GOOGLE_", extra="ignore"):
    """Environment: GOOGLE_APPLICATION_CREDENTIALS, GOOGLE_CALENDAR_BASE_URL and the like.

    The subject is a user the service account acts for (domain-wide delegation).
    """

    application_credentials: Path | None = None
    calendar_base_url: str = "https://www.googleapis.com"
    calendar_subject: str | None = None
    calendar_timeout_s: float = Field(default=5.0, gt=0)

    @field_validator("application_credentials", mode="before")
    @classmethod
    def _is_a_service_account(cls, value: Any) -> Any:
        if not value:
            return None
        read_account(Path(value))
        return value

    @field_validator("calendar_base_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError("should begin with https://")
        return value


def read_account(path: Path) -> dict[str, str]:
    """The service-account file. Raises `ValueError`, which names no secret."""
    try:
        account = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise ValueError("should be a JSON file that can be read") from None
    if not isinstance(account, dict) or account.get("type") != "service_account":
        raise ValueError("should be the key file of a service account")
    if missing := [key for key in KEYS if not account.get(key)]:
        raise ValueError(f"should hold {', '.join(missing)}")
    return account


def endpoint(base_url: str) -> str:
    """The API's root, whether or not the setting names its path."""
    base = base_url.rstrip("/")
    return f"{base if base.endswith(API_PATH) else base + API_PATH}/"


class GoogleCalendar:
    """Fulfil `Calendar` with Google."""

    name = NAME
    external = True

    def __init__(
        self,
        account: Mapping[str, str],
        base_url: str,
        *,
        subject: str | None = None,
        timeout_s: float = 5.0,
        deadline_s: float | None = None,
        threads: int = THREADS,
    ) -> None:
        self._who = subject or account["client_email"]
        try:
            # The SDK takes a tenth of a second to import and is an optional dependency.
            from providers.calendar.google_api.connection import GoogleConnection

            self._google = GoogleConnection(
                account,
                endpoint(base_url),
                subject=subject,
                timeout_s=timeout_s,
                deadline_s=deadline_s or 2 * timeout_s,
                threads=threads,
            )
        except ImportError as exc:
            raise ConfigurationError([NO_SDK]) from exc
        except ValueError:
            # Not chained: the cause may quote the key.
            raise ConfigurationError([NO_KEY]) from None

    async def busy(
        self, calendar_ids: Sequence[str], start: datetime, end: datetime
    ) -> Mapping[str, Sequence[Interval]]:
        """Free/busy, in as many requests as the limits ask for."""
        asked = list(free_busy_requests(calendar_ids, start, end))
        answers = await self._google.send_all([_free_busy(body) for body in asked])
        with readable():
            return busy_times(asked, answers)

    async def put(
        self, calendar_id: str, event: CalendarEvent, *, known: Interval | None = None
    ) -> PutResult:
        """Look first: whether a second insert of an id is noticed, Google does not promise."""
        taken = False
        for _ in range(MOST_ATTEMPTS):
            stored = await self._find(calendar_id, event.id, event.timezone)
            try:
                return await self._settle(calendar_id, event, stored, known, taken)
            except ProviderRefused as exc:
                if exc.status == 404 and taken:
                    raise ProviderUnavailable(
                        NAME, "the event's id is taken, but not yet shown"
                    ) from exc
                if exc.status not in CONFLICT:
                    raise
                taken = exc.status == 409
        raise ProviderUnavailable(NAME, "the event changes faster than it can be written")

    async def delete(self, calendar_id: str, event_id: str) -> None:
        """Delete, whatever state it is in."""
        await self._unless_gone(
            lambda api: api.events().delete(
                calendarId=calendar_id, eventId=event_id, sendUpdates="none"
            )
        )

    async def get(self, calendar_id: str, event_id: str) -> StoredEvent | None:
        """Read one event; the zone of one that lasts whole days is not told."""
        return await self._find(calendar_id, event_id, None)

    async def between(
        self, calendar_id: str, start: datetime, end: datetime
    ) -> Sequence[StoredEvent]:
        """List what overlaps, each time of a repeating event by itself."""
        query = {"timeMin": rfc3339(start), "timeMax": rfc3339(end), "singleEvents": True}
        events, _ = await self._listed(calendar_id, query)
        return events

    async def changes(
        self, calendar_id: str, sync_token: str | None, *, since: datetime
    ) -> CalendarChanges:
        """Page through to the next token; a token that has expired is a full read."""
        # Not singleEvents: a daily lunch without end would be listed day by day.
        if sync_token is None:
            return await self._pages(calendar_id, {"timeMin": rfc3339(since)}, full=True)
        try:
            return await self._pages(calendar_id, {"syncToken": sync_token}, full=False)
        except ProviderRefused as exc:
            if exc.status != 410:
                raise
        return await self._pages(calendar_id, {"timeMin": rfc3339(since)}, full=True)

    async def watch(
        self, calendar_id: str, channel_id: str, address: str, token: str, expires_at: datetime
    ) -> WatchChannel:
        """Open a notification channel."""
        body = {
            "id": channel_id,
            "type": "web_hook",
            "address": address,
            "token": token,
            "expiration": str(int(expires_at.timestamp() * 1000)),
        }
        try:
            answer = await self._google.send(
                lambda api: api.events().watch(calendarId=calendar_id, body=body)
            )
        except ProviderRefused as exc:
            if "channelIdNotUnique" not in exc.reason:
                raise
            raise ProviderUnavailable(NAME, "the channel is open, its answer was lost") from exc
        with readable():
            ends = datetime.fromtimestamp(int(answer["expiration"]) / 1000, UTC)
            return WatchChannel(channel_id, str(answer["resourceId"]), ends)

    async def stop_watching(self, channel_id: str, resource_id: str) -> None:
        """Close a notification channel."""
        body = {"id": channel_id, "resourceId": resource_id}
        await self._unless_gone(lambda api: api.channels().stop(body=body))

    async def check(self, calendar_ids: Sequence[str] = ()) -> Mapping[str, str]:
        """Read each calendar's access role."""
        if not calendar_ids:
            now = datetime.now(UTC)
            # Whether we have a calendar of our own does not matter, only that Google answers.
            (body,) = free_busy_requests([self._who], now, now + HOUR)
            await self._google.send(_free_busy(body))
        found = {name: await self._what_is_wrong(name) for name in calendar_ids}
        return {name: words for name, words in found.items() if words is not None}

    async def close(self) -> None:
        """End the threads."""
        await self._google.close()

    async def _settle(
        self,
        calendar_id: str,
        event: CalendarEvent,
        stored: StoredEvent | None,
        known: Interval | None,
        taken: bool,
    ) -> PutResult:
        if stored is None and not taken:
            return await self._insert(calendar_id, event)
        if stored is None:
            # Google does not show it and does not let go of its id either.
            return await self._revive(calendar_id, event, None)
        match settle(event, stored, known):
            case "revive":
                return await self._revive(calendar_id, event, stored.etag)
            case "update":
                return await self._patch(calendar_id, event, stored)
            case "unchanged" | "kept" as outcome:
                return PutResult(outcome, stored)

    async def _insert(self, calendar_id: str, event: CalendarEvent) -> PutResult:
        body = await self._google.send(
            lambda api: api.events().insert(
                calendarId=calendar_id, body=event_body(event), sendUpdates="none"
            )
        )
        return PutResult("created", _stored(body))

    async def _patch(
        self, calendar_id: str, event: CalendarEvent, stored: StoredEvent
    ) -> PutResult:
        def prepare(api: Any) -> Any:
            request = api.events().patch(
                calendarId=calendar_id,
                eventId=event.id,
                body=patch_body(event, stored),
                sendUpdates="none",
            )
            return _if_match(request, stored.etag)

        return PutResult("updated", _stored(await self._google.send(prepare)))

    async def _revive(self, calendar_id: str, event: CalendarEvent, etag: str | None) -> PutResult:
        def prepare(api: Any) -> Any:
            request = api.events().update(
                calendarId=calendar_id,
                eventId=event.id,
                body=event_body(event),
                sendUpdates="none",
            )
            return _if_match(request, etag)

        return PutResult("revived", _stored(await self._google.send(prepare)))

    async def _find(self, calendar_id: str, event_id: str, zone: str | None) -> StoredEvent | None:
        body = await self._unless_gone(
            lambda api: api.events().get(calendarId=calendar_id, eventId=event_id)
        )
        return None if body is None else _stored(body, zone)

    async def _pages(
        self, calendar_id: str, query: Mapping[str, Any], *, full: bool
    ) -> CalendarChanges:
        events, last = await self._listed(calendar_id, query)
        with readable():
            return CalendarChanges(events, str(last["nextSyncToken"]), full)

    async def _listed(
        self, calendar_id: str, query: Mapping[str, Any]
    ) -> tuple[list[StoredEvent], Body]:
        """The events of every page, and what the last page says beside."""
        events: list[StoredEvent] = []
        page: dict[str, str] = {}
        while True:
            answer = await self._google.send(_list(calendar_id, {**query, **page}))
            with readable():
                zone = answer.get("timeZone")
                events += [stored_event(item, zone) for item in answer.get("items", [])]
                if "nextPageToken" not in answer:
                    return events, answer
                page = {"pageToken": str(answer["nextPageToken"])}

    async def _unless_gone(self, prepare: Any) -> Body | None:
        try:
            return await self._google.send(prepare)
        except ProviderRefused as exc:
            if exc.status in GONE:
                return None
            raise

    async def _what_is_wrong(self, calendar_id: str) -> str | None:
        def prepare(api: Any) -> Any:
            return api.events().list(calendarId=calendar_id, maxResults=1, fields="accessRole")

        add = f"'Share with specific people', {self._who}, 'Make changes to events'"
        try:
            answer = await self._google.send(prepare)
        except ProviderRefused as exc:
            if not exc.reason.endswith(NOT_SHARED):
                raise
            return f"{calendar_id} is not shared with us; in its settings: {add}"
        if answer.get("accessRole") in WRITERS:
            return None
        return f"{calendar_id} may only be read by us; in its settings: {add}"


def _free_busy(body: Body) -> Any:
    return lambda api: api.freebusy().query(body=body)


def _list(calendar_id: str, query: Mapping[str, Any]) -> Any:
    return lambda api: api.events().list(calendarId=calendar_id, maxResults=PAGE, **query)


def _stored(body: Body, zone: str | None = None) -> StoredEvent:
    with readable():
        return stored_event(body, zone)


def _if_match(request: Any, etag: str | None) -> Any:
    if etag is not None:
        request.headers["If-Match"] = etag
    return request


def _build(settings: GoogleCalendarSettings) -> Calendar:
    assert settings.application_credentials is not None  # noqa: S101 - `configured` says so.
    return GoogleCalendar(
        read_account(settings.application_credentials),
        settings.calendar_base_url,
        subject=settings.calendar_subject,
        timeout_s=settings.calendar_timeout_s,
    )


ADAPTER: Adapter[Calendar, GoogleCalendarSettings] = Adapter(
    GoogleCalendarSettings, _build, lambda settings: settings.application_credentials is not None
)
