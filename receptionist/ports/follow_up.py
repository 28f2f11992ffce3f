"""What follows a booking: work to be done, vendors' calendars, the waiting list, texts.

Rows as values, and the repositories that hold them. Times are aware UTC datetimes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Protocol

from receptionist.domain.booking import PartOfDay

WaitingStatus = Literal["waiting", "offered", "booked", "closed"]


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """Work that follows a change; written with it, done once it can be done."""

    id: int
    kind: str
    key: str
    payload: Mapping[str, Any]
    attempts: int
    """How often it has been begun, this time included."""
    run_at: datetime
    status: str = "leased"
    """`waiting`, `leased`, `done` or `dead`."""
    error: str | None = None


class Outbox(Protocol):
    """One effect by key: a row with a known key is not made again."""

    async def put(
        self, kind: str, key: str, payload: Mapping[str, Any], *, run_at: datetime | None = None
    ) -> bool:
        """False when the key is known."""

    async def claim(
        self, kinds: Sequence[str], now: datetime, lease_until: datetime, limit: int
    ) -> Sequence[OutboxRow]:
        """Due rows of these kinds, and those whose lease has run out.

        Nobody else gets them until `lease_until`.
        """

    async def claim_key(self, key: str, now: datetime, lease_until: datetime) -> OutboxRow | None:
        """That row, due or not, unless it is done or somebody has it."""

    async def finish(self, row_id: int, now: datetime) -> None: ...
    async def retry(self, row_id: int, run_at: datetime, error: str) -> None: ...
    async def bury(self, row_id: int, error: str, now: datetime) -> None:
        """It cannot be done; staff see it."""

    async def revive(self, row_id: int, now: datetime) -> bool:
        """Let a dead row be tried again; False when it is not dead."""

    async def withdraw(self, key: str, now: datetime) -> bool:
        """It is not needed any more; False when it was begun or is done."""

    async def again(self, key: str) -> None:
        """Let a row that is done be done once more."""

    async def get(self, key: str) -> OutboxRow | None: ...
    async def unfinished(self, limit: int = 200, *, kind: str | None = None) -> Sequence[OutboxRow]:
        """Waiting, leased and dead ones, oldest first; of one kind, or of all."""

    async def stuck(self, attempts: int, limit: int) -> Sequence[OutboxRow]:
        """Dead ones, and those that have failed so often, newest first."""

    async def forget_done(self, before: datetime) -> int:
        """Remove what was done before then; how many rows."""


@dataclass(frozen=True, slots=True)
class CalendarFeed:
    """How far a vendor's calendar has been read, and the channel that tells of changes."""

    calendar_id: str
    sync_token: str | None = None
    synced_at: datetime | None = None
    channel_id: str | None = None
    channel_token: str | None = None
    resource_id: str | None = None
    channel_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CalendarBlock:
    """A time that a person has put into a vendor's calendar."""

    calendar_id: str
    event_id: str
    start: datetime
    end: datetime


REPEATED = "repeated:"
"""Before the id of one time of an event that repeats."""


class CalendarFeeds(Protocol):
    async def get(self, calendar_id: str) -> CalendarFeed: ...
    async def by_channel(self, channel_id: str) -> CalendarFeed | None: ...
    async def save(self, feed: CalendarFeed) -> None: ...
    async def put_block(self, block: CalendarBlock) -> None: ...
    async def remove_block(self, calendar_id: str, event_id: str) -> None: ...
    async def clear_blocks(self, calendar_id: str) -> None: ...
    async def clear_repeated(self, calendar_id: str) -> None:
        """Those whose event id begins with `REPEATED`."""

    async def blocks(
        self, calendar_ids: Sequence[str], start: datetime, end: datetime
    ) -> Sequence[CalendarBlock]:
        """Those that overlap [start, end)."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A caller who wants a time that is not free. `offered_*`: what was texted to them last."""

    id: str
    practice_id: int
    call_sid: str | None
    service: str
    practitioner: str | None
    first_day: date
    last_day: date
    part_of_day: PartOfDay | None
    caller_name: str
    phone: str
    date_of_birth: date | None
    status: WaitingStatus
    created_at: datetime
    offered_start: datetime | None = None
    offered_practitioner: str | None = None
    offered_until: datetime | None = None
    idempotency_key: str | None = None


class WaitingList(Protocol):
    async def add(self, waiting: Waiting) -> Waiting:
        """Insert, or give the one made under the same idempotency key."""

    async def get(self, waiting_id: str) -> Waiting | None: ...
    async def open(self, practice_id: int) -> Sequence[Waiting]:
        """Those still waiting or offered something, longest first."""

    async def of_phone(self, phone: str) -> Sequence[Waiting]:
        """Those with that number that were offered something, newest offer first."""

    async def update(self, waiting: Waiting) -> None: ...


@dataclass(frozen=True, slots=True)
class TextRecord:
    """A text message, sent or received. `key` is unique: one effect by key."""

    key: str
    practice_id: int
    direction: Literal["out", "in"]
    kind: str
    phone: str
    body: str
    at: datetime
    sid: str | None = None
    status: str | None = None
    """How far it got, as the vendor calls it: `queued`, `sent`, `delivered`, `failed`, …;
    `kept` where there is no vendor."""


class Texts(Protocol):
    async def add(self, text: TextRecord) -> bool:
        """False when the key is known."""

    async def get(self, key: str) -> TextRecord | None: ...
    async def latest(self, practice_id: int, phone: str, kinds: Sequence[str]) -> TextRecord | None:
        """The newest one of those kinds, to or from that number."""

    async def set_status(self, sid: str, status: str) -> TextRecord | None:
        """Note how far it got; None when it is not known or has come to its end already."""

    async def count_since(
        self, practice_id: int, since: datetime, *, phone: str | None = None
    ) -> int:
        """Texts sent for a practice since then, all or to one phone."""
