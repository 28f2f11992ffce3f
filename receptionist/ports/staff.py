"""What the staff work with: messages and their history, accounts, recordings, erasure.

Rows as values, and the repositories that hold them. Times are aware UTC datetimes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from receptionist.ports.paging import ListQuery, Page

MessageStatus = Literal["new", "taken", "done"]
MessageKind = Literal["message", "task"]
"""`message`: a caller's words; `task`: something the practice has to see to."""
Urgency = Literal["routine", "urgent"]
Role = Literal["staff", "manager"]


@dataclass(frozen=True, slots=True)
class StaffMessage:
    """A message or a task for the practice's staff."""

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
    kind: MessageKind = "message"
    assignee: str | None = None
    """The account that has taken it."""
    version: int = 1
    """Counts its changes: whoever changes it says which one they saw."""
    escalated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MessageEvent:
    """Something that happened to a message; nothing of its history is ever removed.

    `kind`: `arrived`, `taken`, `given`, `released`, `done`, `reopened`, `note`, `call_back`,
    `call_back_ended`, `escalated`, `escalation_failed`, `written_down` or `erased`.
    """

    id: int
    message_id: str
    at: datetime
    actor: str
    kind: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """Which messages; every condition has to hold. `words` are looked for in name, text, number."""

    statuses: tuple[MessageStatus, ...] = ("new", "taken")
    kind: MessageKind | None = None
    urgency: Urgency | None = None
    assignee: str | None = None
    words: str = ""


ALL_MESSAGES = MessageFilter(("new", "taken", "done"))


@dataclass(frozen=True, slots=True)
class OpenMessages:
    """How many messages are open, and how many of them are urgent."""

    count: int
    urgent: int


class Messages(Protocol):
    async def add(self, message: StaffMessage) -> StaffMessage:
        """Insert, or give the one made under the same idempotency key."""

    async def get(self, message_id: str) -> StaffMessage | None: ...
    async def set_status(
        self, message_id: str, status: MessageStatus, *, by: str, seen: int | None = None
    ) -> StaffMessage:
        """Whoever takes it has it; done and reopened ones keep their history.

        `seen` is the version its changer saw. Raises `NotFound`, `ChangedMeanwhile`.
        """

    async def give(self, message_id: str, to: str, *, by: str, seen: int) -> StaffMessage:
        """Somebody else has it now. Raises `NotFound`, `ChangedMeanwhile`."""

    async def record(
        self, message_id: str, kind: str, *, by: str, detail: Mapping[str, Any] | None = None
    ) -> None:
        """Add to its history."""

    async def write_down(self, before: StaffMessage, words: str) -> bool:
        """Add what a recording says to its message; False when it is not as it was `before`."""

    async def history(self, message_id: str) -> Sequence[MessageEvent]:
        """Oldest first."""

    async def list(
        self, query: ListQuery, only: MessageFilter = ALL_MESSAGES
    ) -> Page[StaffMessage]:
        """Newest first."""

    async def by_need(
        self, only: MessageFilter, *, limit: int, after: str | None = None
    ) -> Page[StaffMessage]:
        """Open ones: the urgent first, then those that have waited longest."""

    async def open(self, most: int | None = None) -> OpenMessages:
        """How many wait; counting stops at `most` of either urgency."""

    async def overdue(
        self, practice_id: int, *, urgent_before: datetime, routine_before: datetime, limit: int
    ) -> Sequence[StaffMessage]:
        """New ones from before then that have not been escalated."""

    async def escalate(self, message_id: str, at: datetime) -> bool:
        """Note that it is escalated; False when it is not new any more, or has been."""

    async def latest_change(self) -> str:
        """Differs from what it was whenever a message has come or changed."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in. `phone` (E.164) is rung first when they call somebody back."""

    username: str
    role: Role
    phone: str | None = None

    @property
    def is_manager(self) -> bool:
        """May erase, export, and change settings and accounts."""
        return self.role == "manager"


class Accounts(Protocol):
    async def get(self, username: str) -> Account | None: ...
    async def all(self) -> Sequence[Account]:
        """By name."""

    async def password_hash(self, username: str) -> str | None: ...
    async def set_password_hash(self, username: str, password_hash: str) -> None:
        """Change it, or make a manager's account."""

    async def add(self, account: Account, password_hash: str) -> bool:
        """Make the account; False when somebody else just has."""

    async def change(self, account: Account) -> bool:
        """Role and phone; False when that would leave nobody a manager."""

    async def remove(self, username: str) -> bool:
        """False when that would leave nobody a manager."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Sound kept by the phone company."""

    sid: str
    call_sid: str
    at: datetime
    seconds: int | None = None


class Recordings(Protocol):
    async def add(self, recording: Recording) -> bool:
        """False when it is known."""

    async def of_call(self, call_sid: str) -> Sequence[Recording]: ...


class Erasure(Protocol):
    async def due(self, practice_id: int, before: datetime, limit: int) -> Sequence[str]:
        """Calls that ended before then and are not erased yet, the oldest first."""

    async def erase_call(self, call_sid: str, at: datetime, *, by: str) -> Sequence[str]:
        """Remove what the caller said, their name and number; keep that the call was.

        Words go from turns, actions and messages, the number from the call; appointments and
        the waiting list lose their link to it. Gives the SIDs of its recordings, which the phone
        company still has to delete. Raises `NotFound`.
        """
