"""Hanging up."""

from typing import ClassVar

from pydantic import BaseModel

from receptionist.ports.function_handler import (
    CallFacts,
    EndCall,
    FunctionHandler,
    HandlerResult,
    Office,
)


class EndTheCall:
    """`end_call`."""

    name: ClassVar[str] = "end_call"
    description: ClassVar[str] = (
        "End the call after the caller has said goodbye or wants nothing more. Say goodbye first."
    )
    changes_world: ClassVar[bool] = False
    filler: ClassVar[str | None] = None

    class Arguments(BaseModel):
        """Nothing."""

    async def handle(
        self, arguments: Arguments, facts: CallFacts, office: Office, *, tool_call_id: str
    ) -> HandlerResult:
        """Once the goodbye has been heard."""
        return HandlerResult({"ok": True}, effect=EndCall())


HANDLER: FunctionHandler = EndTheCall()
