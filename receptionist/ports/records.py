"""What is kept: rows as values, and the repositories that hold them.

Times are aware UTC datetimes. A unit of work is one transaction; it is never
held across an await on a provider.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, Protocol

from receptionist.domain.booking import Slot
from receptionist.domain.practice import Practice
from receptionist.ports.follow_up import CalendarFeeds, Outbox, Texts, WaitingList
from receptionist.ports.live_calls import StaffRequests
from receptionist.ports.numbers import Numbers
from receptionist.ports.paging import ListQuery as ListQuery
from receptionist.ports.paging import Page as Page
from receptionist.ports.practice_history import PracticeVersions, Questions
from receptionist.ports.spending import OutgoingCalls
from receptionist.ports.staff import Accounts as Accounts
from receptionist.ports.staff import Erasure, Recording, Recordings
from receptionist.ports.staff import Messages as Messages
from receptionist.ports.staff import MessageStatus as MessageStatus
from receptionist.ports.staff import StaffMessage as StaffMessage
from receptionist.ports.staff import Urgency as Urgency
from receptionist.ports.webhooks import Webhooks

EndedBy = Literal["caller", "receptionist", "transfer", "lost", "refused"]
AppointmentStatus = Literal["held", "booked", "cancelled"]
CancelledBy = Literal["caller", "staff", "calendar", "conflict"]
"""`calendar`: a person deleted its event; `conflict`: a person's event was there first."""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One phone call (or softphone conversation). `outcome`: the most telling thing it came to."""

    call_sid: str
    practice_id: int | None
    from_number: str | None
    to_number: str | None
    started_at: datetime
    channel: str = "stream"
    """`stream`, `plain` or `phone`."""
    ended_at: datetime | None = None
    outcome: str | None = None
    """`booked`, `moved`, `cancelled`, `message`, `transferred`, `answered`, `emergency`,
    `abandoned` or `refused`."""
    ended_by: EndedBy | None = None
    state: Mapping[str, Any] = field(default_factory=dict)
    """Enough to go on in another process: what `/voice/ended` decides from."""
    erased_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """One exchange. `heard` is the part of `receptionist` that reached the caller's ear."""

    call_sid: str
    number: int
    at: datetime
    caller: str
    receptionist: str
    heard: str
    timings: Mapping[str, float] = field(default_factory=dict)
    """Milliseconds a stage; the parts add up to `total`."""
    lasted_ms: float = 0.0
    """Until `at`, from the caller's last word, where that is known. Not kept."""


@dataclass(frozen=True, slots=True)
class ActionRecord:
    """One function called for the model. (call_sid, tool_call_id) is unique."""

    call_sid: str
    tool_call_id: str
    name: str
    arguments: Mapping[str, Any]
    result: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Appointment:
    """A practitioner's time. `blocks_until` is the end including the service's buffer.

    `held` is one that a caller is deciding on, until `held_until`.
    """

    id: str
    practice_id: int
    call_sid: str | None
    service: str
    practitioner: str
    start: datetime
    end: datetime
    blocks_until: datetime
    caller_name: str
    phone: str | None
    date_of_birth: date | None
    status: AppointmentStatus
    notes: str | None = None
    calendar_event_id: str | None = None
    idempotency_key: str | None = None
    """`call_sid:tool_call_id` of the request that made it; unique."""
    units: tuple[str, ...] = ()
    """The rooms and machines it takes as well."""
    held_until: datetime | None = None
    revision: int = 1
    """Counts its times: a move is a new revision."""
    cancelled_by: CancelledBy | None = None
    link_token: str | None = None
    """Unguessable; whoever has it may read this appointment's calendar file."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One link of the hash chain."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """How far the chain has been proved: up to this row, whose hash this is."""

    id: int = 0
    hash: str = "0" * 64
    broken_at: int | None = None
    """The first row that is not what was written there, or is missing."""


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls; every condition has to hold."""

    outcome: str | None = None
    ended_by: str | None = None
    channel: str | None = None


ALL_CALLS = CallFilter()


@dataclass(frozen=True, slots=True)
class CallCounts:
    """Calls of a time: how many, and how they went."""

    calls: int
    outcomes: Mapping[str, int]
    ended_by: Mapping[str, int]


class Practices(Protocol):
    async def save(self, practice: Practice) -> int:
        """Replace the one of that id, or insert or replace by name; idempotent. The row's id."""

    async def by_number(self, number: str) -> Practice | None: ...
    async def get(self, practice_id: int) -> Practice | None: ...
    async def all(self) -> Sequence[Practice]: ...


class Calls(Protocol):
    async def add(self, call: CallRecord) -> bool:
        """False when the SID is already there (a retried webhook)."""

    async def called_before(self, call: CallRecord) -> bool:
        """Whether this caller's number had called the practice before this call."""

    async def get(self, call_sid: str) -> CallRecord | None: ...
    async def set_states(self, states: Mapping[str, Mapping[str, Any]]) -> None:
        """By SID, what another process needs to go on."""

    async def set_outcome(self, call_sid: str, outcome: str) -> None:
        """Keep the most telling outcome: a later weaker one does not replace it."""

    async def end(self, call_sid: str, ended_by: EndedBy, at: datetime) -> None:
        """Record the end. The first reason stands, except that any replaces `lost`."""

    async def list(self, query: ListQuery, only: CallFilter = ALL_CALLS) -> Page[CallRecord]: ...
    async def counts(self, from_at: datetime | None, to_at: datetime | None) -> CallCounts: ...
    async def latest_change(self) -> str:
        """Differs from what it was whenever a call has begun or ended."""

    async def open_calls(self) -> Sequence[CallRecord]: ...


class Turns(Protocol):
    async def save(self, turns: Sequence[TurnRecord]) -> None:
        """Insert or replace by (call_sid, number)."""

    async def of_call(self, call_sid: str) -> Sequence[TurnRecord]: ...
    async def latest_change(self) -> str:
        """Differs from what it was whenever something was said in any call."""

    async def timings(
        self, from_at: datetime | None, to_at: datetime | None, limit: int
    ) -> Sequence[Mapping[str, float]]:
        """Those of the newest turns of that time."""


class Actions(Protocol):
    async def save(self, actions: Sequence[ActionRecord]) -> None:
        """Insert; one that is already there stays."""

    async def get(self, call_sid: str, tool_call_id: str) -> ActionRecord | None: ...
    async def of_call(self, call_sid: str) -> Sequence[ActionRecord]: ...


class Appointments(Protocol):
    async def add(self, appointment: Appointment) -> Appointment:
        """Insert, or give the one made under the same idempotency key. Raises `SlotTaken`."""

    async def hold(self, held: Sequence[Appointment]) -> None:
        """Insert those whose time is free, and leave the others out."""

    async def get(self, appointment_id: str) -> Appointment | None: ...
    async def by_link(self, link_token: str) -> Appointment | None: ...
    async def by_event(self, calendar_event_id: str) -> Appointment | None: ...
    async def by_key(self, key: str) -> Appointment | None:
        """The one that was made under this idempotency key."""

    async def move(self, appointment_id: str, slot: Slot) -> Appointment:
        """A new revision. Raises `SlotTaken`, `NotFound`.

        The old time is free again in the same transaction.
        """

    async def cancel(self, appointment_id: str, by: CancelledBy) -> Appointment:
        """Its time is free again; cancelling twice is the same as once. Raises `NotFound`."""

    async def set_event(self, appointment_id: str, calendar_event_id: str) -> None:
        """It is in the vendor's calendar."""

    async def lock(self, practice_id: int) -> None:
        """Until the transaction ends nobody else changes this practice's appointments."""

    async def release_holds(self, call_sid: str) -> None:
        """What this call held is free again."""

    async def drop_expired_holds(self, now: datetime, *, also_of: str | None = None) -> int:
        """Holds nobody decided on in time, and those of that call; how many there were."""

    async def busy(
        self, practice_id: int, start: datetime, end: datetime, now: datetime
    ) -> Sequence[Appointment]:
        """Booked ones, and those still held, that overlap [start, end)."""

    async def latest_change(self, since: datetime) -> str:
        """Differs from what it was whenever a time from then on is held, booked or changed."""

    async def of_caller(
        self, practice_id: int, *, date_of_birth: date | None, phone: str | None
    ) -> Sequence[Appointment]:
        """Booked ones with that date of birth or phone (E.164); the caller compares names."""

    async def list(self, query: ListQuery) -> Page[Appointment]: ...


class Audit(Protocol):
    async def append(
        self, *, actor: str, action: str, subject: str, detail: Mapping[str, Any] | None = None
    ) -> None:
        """Add a link. `subject` and `detail` hold ids, never a caller's words or name."""

    async def list(self, query: ListQuery) -> Page[AuditRow]: ...
    async def last_change(self, subject: str) -> AuditRow | None:
        """The newest row about it that is no mere look."""

    async def first_broken(self) -> AuditRow | None:
        """None when the whole chain holds."""

    async def check(self, since: AuditCheck, limit: int) -> AuditCheck:
        """Prove the next rows after those proved; a row that is gone breaks the chain as well."""

    async def rows_after(self, row_id: int, limit: int) -> Sequence[AuditRow]:
        """In their order."""

    async def newest_id(self) -> int:
        """0 when there is none."""


class StreamTokens(Protocol):
    async def issue(self, token_hash: str, call_sid: str, expires_at: datetime) -> None: ...
    async def redeem(self, token_hash: str, now: datetime) -> str | None:
        """The call SID, once: a second redemption, or a late one, gives None."""


class UnitOfWork(Protocol):
    """One transaction: commits when the block ends, rolls back when it raises."""

    practices: Practices
    calls: Calls
    turns: Turns
    actions: Actions
    appointments: Appointments
    messages: Messages
    audit: Audit
    accounts: Accounts
    stream_tokens: StreamTokens
    outbox: Outbox
    calendar_feeds: CalendarFeeds
    waiting_list: WaitingList
    texts: Texts
    outgoing_calls: OutgoingCalls
    recordings: Recordings
    erasure: Erasure
    versions: PracticeVersions
    questions: Questions
    numbers: Numbers
    staff_requests: StaffRequests
    webhooks: Webhooks


class Database(Protocol):
    """Opens units of work. All writes of one process go through one writer."""

    @property
    def is_settling(self) -> bool:
        """Whether it was away a moment ago: other processes are about to write what they kept."""

    def transaction(self) -> AbstractAsyncContextManager[UnitOfWork]: ...

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A snapshot that is only read: it waits for no writer."""


class Journal(Protocol):
    """Writes that the audio path must not wait for: batched, in order, at most a second late.

    A database that is away gets them when it is back.
    """

    @property
    def is_away(self) -> bool:
        """Whether the database could not be reached lately."""

    def arrived(self, call: CallRecord) -> None:
        """A call that could not be added."""

    def message(self, message: StaffMessage, recording: Recording | None = None) -> None:
        """A message that could not be added; one of the same idempotency key is there once.

        With a `recording` it is a voicemail.
        """

    def turn(self, turn: TurnRecord) -> None: ...
    def action(self, action: ActionRecord) -> None: ...
    def state(self, call_sid: str, state: Mapping[str, Any]) -> None: ...
    def outcome(self, call_sid: str, outcome: str) -> None: ...
    def ended(self, call_sid: str, ended_by: EndedBy, at: datetime) -> None: ...
    async def flush(self) -> None:
        """Wait until everything handed in so far is committed, or safe from a crash."""

    async def committed(self, within_s: float) -> None:
        """Wait until other processes can read it; no longer than that for a database away."""
