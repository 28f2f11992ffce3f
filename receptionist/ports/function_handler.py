"""A function the language model may call; one file each in `handlers/`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel

from receptionist.domain.practice import Practice
from receptionist.ports.appointment_book import AppointmentBook
from receptionist.ports.records import Database, Journal


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What a handler may know of the call it serves."""

    call_sid: str
    practice: Practice
    now: datetime
    """Aware, in the practice's zone."""
    caller_number: str | None
    can_transfer: bool = True
    """False on channels with no phone line (the softphone)."""
    called_before: bool = False
    """The number has; who is calling may be somebody else."""
    hints: tuple[str, ...] = ()
    """What staff who listen have told the model, oldest first."""


@dataclass(frozen=True, slots=True)
class TransferCaller:
    """Put a person on the line once what is being said has been heard."""

    reason: str


@dataclass(frozen=True, slots=True)
class EndCall:
    """Hang up once the goodbye has been heard."""


Effect = TransferCaller | EndCall


@dataclass(frozen=True, slots=True)
class HandlerResult:
    """`content` goes to the model as JSON and into `actions.result`.

    It has `"ok": true|false`; when false, `"error"` says what was wrong and
    what would be right, for the model. `outcome` is what the call came to.
    """

    content: Mapping[str, Any]
    effect: Effect | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """What handlers work with. Times of the practice's people are changed through `book` only.

    `journal` takes what the database cannot while it is away.
    """

    database: Database
    book: AppointmentBook
    journal: Journal | None = None


class FunctionHandler(Protocol):
    """One function. The file ends with `HANDLER = TheClass()`."""

    name: ClassVar[str]
    description: ClassVar[str]
    changes_world: ClassVar[bool]
    """True: shielded from barge-in and idempotent on (call SID, tool-call id)."""
    filler: ClassVar[str | None]
    """Said when it takes longer than about 700 ms."""

    @property
    def Arguments(self) -> type[BaseModel]:
        """What the model must give."""

    async def handle(
        self, arguments: Any, facts: CallFacts, office: Office, *, tool_call_id: str
    ) -> HandlerResult:
        """Do it. Raises `InvalidArguments` with a sentence for the model."""
