"""What is kept: rows as values, and the repositories that hold them.

Times are aware UTC datetimes. A unit of work is one transaction; it is never
held across an await on a provider.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, Literal, Protocol, TypeVar

from receptionist.domain.practice import Practice

EndedBy = Literal["caller", "receptionist", "transfer", "lost", "refused"]
AppointmentStatus = Literal["held", "booked", "cancelled"]
MessageStatus = Literal["new", "taken", "done"]
Urgency = Literal["routine", "urgent"]


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
    """A practitioner's time. `blocks_until` is the end including the service's buffer."""

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


@dataclass(frozen=True, slots=True)
class StaffMessage:
    """A message for the practice's staff."""

    id: str
    practice_id: int
    call_sid: str | None
    caller_name: str
    phone: str | None
    message: str
    urgency: Urgency
    recipient: str | None
    status: MessageStatus
    created_at: datetime
    idempotency_key: str | None = None


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


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """A page of a list; `next` is the cursor of the following one."""

    items: Sequence[Row]
    next: str | None


@dataclass(frozen=True, slots=True)
class ListQuery:
    """`?limit=&after=&from=&to=` of every list. Newest first. `to_at` is excluded."""

    limit: int = 50
    after: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None


class Practices(Protocol):
    async def save(self, practice: Practice) -> int:
        """Insert or replace by name; idempotent. The row's id."""

    async def by_number(self, number: str) -> Practice | None: ...
    async def get(self, practice_id: int) -> Practice | None: ...
    async def all(self) -> Sequence[Practice]: ...


class Calls(Protocol):
    async def add(self, call: CallRecord) -> bool:
        """False when the SID is already there (a retried webhook)."""

    async def get(self, call_sid: str) -> CallRecord | None: ...
    async def set_state(self, call_sid: str, state: Mapping[str, Any]) -> None: ...
    async def set_outcome(self, call_sid: str, outcome: str) -> None:
        """Keep the most telling outcome: a later weaker one does not replace it."""

    async def end(self, call_sid: str, ended_by: EndedBy, at: datetime) -> None:
        """Record the end. The first reason stands, except that any replaces `lost`."""

    async def list(self, query: ListQuery) -> Page[CallRecord]: ...
    async def open_calls(self) -> Sequence[CallRecord]: ...


class Turns(Protocol):
    async def save(self, turns: Sequence[TurnRecord]) -> None:
        """Insert or replace by (call_sid, number)."""

    async def of_call(self, call_sid: str) -> Sequence[TurnRecord]: ...


class Actions(Protocol):
    async def save(self, actions: Sequence[ActionRecord]) -> None:
        """Insert; one that is already there stays."""

    async def get(self, call_sid: str, tool_call_id: str) -> ActionRecord | None: ...
    async def of_call(self, call_sid: str) -> Sequence[ActionRecord]: ...


class Appointments(Protocol):
    async def add(self, appointment: Appointment) -> Appointment:
        """Insert, or give the one made under the same idempotency key. Raises `SlotTaken`."""

    async def get(self, appointment_id: str) -> Appointment | None: ...
    async def move(
        self, appointment_id: str, *, start: datetime, end: datetime, blocks_until: datetime
    ) -> Appointment:
        """Raises `SlotTaken`, `NotFound`. The old time is free again in the same transaction."""

    async def set_status(self, appointment_id: str, status: AppointmentStatus) -> Appointment: ...
    async def busy(self, practice_id: int, start: datetime, end: datetime) -> Sequence[Appointment]:
        """Held and booked ones that overlap [start, end)."""

    async def of_caller(
        self, practice_id: int, *, date_of_birth: date | None, phone: str | None
    ) -> Sequence[Appointment]:
        """Booked ones with that date of birth or phone (E.164); the caller compares names."""

    async def list(self, query: ListQuery) -> Page[Appointment]: ...


class Messages(Protocol):
    async def add(self, message: StaffMessage) -> StaffMessage:
        """Insert, or give the one made under the same idempotency key."""

    async def get(self, message_id: str) -> StaffMessage | None: ...
    async def set_status(self, message_id: str, status: MessageStatus) -> StaffMessage: ...
    async def list(self, query: ListQuery) -> Page[StaffMessage]: ...


class Audit(Protocol):
    async def append(
        self, *, actor: str, action: str, subject: str, detail: Mapping[str, Any] | None = None
    ) -> None:
        """Add a link. `subject` and `detail` hold ids, never a caller's words or name."""

    async def list(self, query: ListQuery) -> Page[AuditRow]: ...
    async def first_broken(self) -> AuditRow | None:
        """None when the whole chain holds."""


class Accounts(Protocol):
    async def password_hash(self, username: str) -> str | None: ...
    async def set_password_hash(self, username: str, password_hash: str) -> None: ...


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


class Database(Protocol):
    """Opens units of work. All writes of one process go through one writer."""

    def transaction(self) -> AbstractAsyncContextManager[UnitOfWork]: ...


class Journal(Protocol):
    """Writes that the audio path must not wait for: batched, in order, at most a second late."""

    def turn(self, turn: TurnRecord) -> None: ...
    def action(self, action: ActionRecord) -> None: ...
    def state(self, call_sid: str, state: Mapping[str, Any]) -> None: ...
    def outcome(self, call_sid: str, outcome: str) -> None: ...
    def ended(self, call_sid: str, ended_by: EndedBy, at: datetime) -> None: ...
    async def flush(self) -> None:
        """Wait until everything handed in so far is committed."""
