"""Cancelling an appointment."""

from typing import ClassVar

from pydantic import BaseModel, Field

from handlers._slots import NOT_IDENTIFIED, described, was_shown
from receptionist.errors import InvalidArguments, NotFound
from receptionist.ports.function_handler import CallFacts, FunctionHandler, HandlerResult, Office


class CancelAppointment:
    """`cancel_appointment`."""

    name: ClassVar[str] = "cancel_appointment"
    description: ClassVar[str] = (
        "Cancel an appointment that find_appointments gave, after the caller has confirmed. Only "
        "when this answers ok has it been cancelled."
    )
    changes_world: ClassVar[bool] = True
    filler: ClassVar[str | None] = "One moment."

    class Arguments(BaseModel):
        """What the model gives."""

        appointment_id: str = Field(min_length=1, max_length=64)

    async def handle(
        self, arguments: Arguments, facts: CallFacts, office: Office, *, tool_call_id: str
    ) -> HandlerResult:
        """Cancel it; cancelling twice is the same as once."""
        async with office.database.reading() as uow:
            if not await was_shown(uow, facts.call_sid, arguments.appointment_id):
                return HandlerResult(NOT_IDENTIFIED)
        try:
            cancelled = await office.book.cancel(
                arguments.appointment_id, "caller", call_sid=facts.call_sid
            )
        except NotFound as exc:
            raise InvalidArguments("there is no such appointment") from exc
        content = described(cancelled, facts.practice, facts.now.date())
        return HandlerResult({"ok": True, **content}, outcome="cancelled")


HANDLER: FunctionHandler = CancelAppointment()
