"""Calendars that people look at: when they are busy, and our appointments in them.

The appointments table is what counts; a vendor's calendar is where the practice
sees it and edits by hand. A person's edit wins: `put` leaves an event alone that
was moved by hand, and `changes` reports what people did.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from receptionist.domain.opening_hours import Interval

PutOutcome = Literal["created", "updated", "revived", "unchanged", "kept"]
"""`revived`: it had been deleted. `kept`: moved by hand to another time, so nothing was written."""

EVENT_ID_PREFIX = "receptionist"


def event_id_for(appointment_id: str, generation: int = 0) -> str:
    """The event id of an appointment, the same every time; valid at Google ([a-v0-9]{5,1024}).

    An id is taken for good, even by a deleted event that may not be revived (`put` raises
    `ProviderRefused` with status 403); the next `generation` is a fresh one.
    """
    plain = re.fullmatch(r"[a-v0-9]{1,900}", appointment_id)
    encoded = base64.b32hexencode(appointment_id.encode()).decode().rstrip("=").lower()
    return f"{EVENT_ID_PREFIX}{generation}{'p' if plain else 'e'}" + (
        appointment_id if plain else encoded
    )


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """What we write: aware datetimes, the zone they are shown in (IANA), our own keys."""

    id: str
    summary: str
    start: datetime
    end: datetime
    timezone: str
    description: str = ""
    location: str | None = None
    private: Mapping[str, str] = field(default_factory=dict)
    """`appointment_id` and the like; invisible to people, kept when they edit."""

    @property
    def interval(self) -> Interval:
        """When."""
        return Interval(self.start, self.end)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """What is in the calendar. A deleted event may have lost all but its id."""

    id: str
    cancelled: bool = False
    interval: Interval | None = None
    """When; of a repeating event, the first time. Not always known for whole days."""
    all_day: bool = False
    repeats: bool = False
    blocks: bool = True
    """False: shown as free, or an invitation that was declined."""
    summary: str = ""
    private: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class PutResult:
    """What became of an event. `stored` is None where there is no vendor's calendar."""

    outcome: PutOutcome
    stored: StoredEvent | None = None


@dataclass(frozen=True, slots=True)
class CalendarChanges:
    """What changed since a sync token.

    `full`: `events` are all there are from `since` on, so what is not among them is gone.
    Otherwise they are what changed, deleted ones included.
    """

    events: Sequence[StoredEvent]
    next_sync_token: str
    full: bool


@dataclass(frozen=True, slots=True)
class WatchChannel:
    """A running subscription; it ends by itself, perhaps earlier than asked for."""

    channel_id: str
    resource_id: str
    expires_at: datetime


class Calendar(Protocol):
    """Every method but `close` raises `ProviderError`; all but `watch` can be repeated safely."""

    name: str
    external: bool
    """False: there is no calendar but the appointments table, and nothing to reconcile."""

    async def busy(
        self, calendar_ids: Sequence[str], start: datetime, end: datetime
    ) -> Mapping[str, Sequence[Interval]]:
        """Taken times by calendar, in order, one entry for each id asked for.

        Events that are shown as free do not count. Raises `CalendarUnavailable` when any
        calendar's times are not known: unknown is not free.
        """

    async def put(
        self, calendar_id: str, event: CalendarEvent, *, known: Interval | None = None
    ) -> PutResult:
        """Insert the event or bring it up to date; after a lost answer, just put it again.

        `known` is where our records had the event before this change. An event that is
        neither there nor where it was last written was moved by hand, and is kept.
        """

    async def delete(self, calendar_id: str, event_id: str) -> None:
        """Delete an event; one that is gone or never was needs no deleting."""

    async def get(self, calendar_id: str, event_id: str) -> StoredEvent | None:
        """An event, deleted or not; None: the calendar does not know it."""

    async def between(
        self, calendar_id: str, start: datetime, end: datetime
    ) -> Sequence[StoredEvent]:
        """The events that overlap [start, end), deleted ones left out.

        Each time of a repeating event is an event of its own.
        """

    async def changes(
        self, calendar_id: str, sync_token: str | None, *, since: datetime
    ) -> CalendarChanges:
        """What changed since `sync_token`.

        Without a token, or with one the vendor no longer takes, everything that ends after
        `since`, marked `full`.
        """

    async def watch(
        self, calendar_id: str, channel_id: str, address: str, token: str, expires_at: datetime
    ) -> WatchChannel:
        """Have `address` (https) told of changes, with `token` to prove it.

        `channel_id` is new each time: after a lost answer take another.
        """

    async def stop_watching(self, channel_id: str, resource_id: str) -> None:
        """End a subscription; one that has ended needs no ending."""

    async def check(self, calendar_ids: Sequence[str] = ()) -> Mapping[str, str]:
        """One cheap real request for each calendar: what is wrong and what to do, by id.

        Empty when all is well. Raises when the service itself fails.
        """

    async def close(self) -> None:
        """Release threads and connections."""
