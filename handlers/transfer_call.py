"""Putting a person on the line."""

from typing import ClassVar

from pydantic import BaseModel, Field

from receptionist.domain.opening_hours import is_open
from receptionist.ports.function_handler import (
    CallFacts,
    FunctionHandler,
    HandlerResult,
    Office,
    TransferCaller,
)

CLOSED = "nobody is there now, the practice is closed; offer to take a message"
NOBODY = "calls cannot be put through here; offer to take a message"


class TransferCall:
    """`transfer_call`."""

    name: ClassVar[str] = "transfer_call"
    description: ClassVar[str] = (
        "Put the caller through to a person at the practice, when they ask for one or you cannot "
        "help. Say that you are putting them through. `reason` is told to whoever picks up."
    )
    changes_world: ClassVar[bool] = False
    filler: ClassVar[str | None] = None

    class Arguments(BaseModel):
        """What the model gives."""

        reason: str = Field(max_length=300, description="in a few words, for the person called")

    async def handle(
        self, arguments: Arguments, facts: CallFacts, office: Office, *, tool_call_id: str
    ) -> HandlerResult:
        """Ask for the transfer; out of hours, or with no number, say so instead."""
        if not facts.practice.transfer_number or not facts.can_transfer:
            return HandlerResult({"ok": False, "error": NOBODY})
        if not is_open(facts.practice, facts.now):
            return HandlerResult({"ok": False, "error": CLOSED})
        return HandlerResult({"ok": True}, effect=TransferCaller(arguments.reason.strip()))


HANDLER: FunctionHandler = TransferCall()
