"""Taking a message for the staff."""

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field

from receptionist.domain.contacts import read_back, to_e164
from receptionist.errors import InvalidArguments
from receptionist.ports.function_handler import CallFacts, FunctionHandler, HandlerResult
from receptionist.ports.records import Database, StaffMessage


class TakeMessage:
    """`take_message`."""

    name: ClassVar[str] = "take_message"
    description: ClassVar[str] = (
        "Pass a message on to the practice's staff, after you have read it back and the caller "
        "agreed. `urgency` is urgent only when it cannot wait for the next working day."
    )
    changes_world: ClassVar[bool] = True
    filler: ClassVar[str | None] = "One moment while I write that down."

    class Arguments(BaseModel):
        """What the model gives."""

        caller_name: str = Field(min_length=1, max_length=200)
        phone: str | None = Field(None, description="absent: the number they are calling from")
        message: str = Field(min_length=1, max_length=2000)
        urgency: Literal["routine", "urgent"]
        recipient: str | None = Field(None, max_length=200)

    async def handle(
        self, arguments: Arguments, facts: CallFacts, database: Database, *, tool_call_id: str
    ) -> HandlerResult:
        """It is in the inbox when this answers ok; the same request is there once."""
        phone = facts.caller_number
        if arguments.phone:
            phone = to_e164(arguments.phone, facts.practice)
            if phone is None:
                raise InvalidArguments("that is not a phone number; ask for it with its area code")
        async with database.transaction() as uow:
            kept = await uow.messages.add(
                StaffMessage(
                    id="",
                    practice_id=facts.practice.id,
                    call_sid=facts.call_sid,
                    caller_name=arguments.caller_name.strip(),
                    phone=phone,
                    message=arguments.message.strip(),
                    urgency=arguments.urgency,
                    recipient=arguments.recipient,
                    status="new",
                    created_at=facts.now,
                    idempotency_key=f"{facts.call_sid}:{tool_call_id}",
                )
            )
            await uow.audit.append(
                actor="receptionist",
                action="message.taken",
                subject=f"message:{kept.id}",
                detail={"call_sid": facts.call_sid},
            )
        content: dict[str, Any] = {"ok": True, "message_id": kept.id}
        if phone is not None:
            content["phone_spoken"] = read_back(phone)
        return HandlerResult(content, outcome="message")


HANDLER: FunctionHandler = TakeMessage()
