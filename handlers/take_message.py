"""Taking a message for the staff."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import uuid4

from pydantic import BaseModel, Field, StringConstraints

from receptionist.domain.contacts import read_back, to_e164
from receptionist.errors import DatabaseAway, InvalidArguments
from receptionist.ports.function_handler import CallFacts, FunctionHandler, HandlerResult, Office
from receptionist.ports.records import StaffMessage

Said = StringConstraints(strip_whitespace=True, min_length=1)


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

        caller_name: Annotated[str, Said, Field(max_length=200)]
        phone: str | None = Field(None, description="absent: the number they are calling from")
        message: Annotated[str, Said, Field(max_length=2000)]
        urgency: Literal["routine", "urgent"]
        recipient: str | None = Field(None, max_length=200)

    async def handle(
        self, arguments: Arguments, facts: CallFacts, office: Office, *, tool_call_id: str
    ) -> HandlerResult:
        """It is in the inbox when this answers ok; the same request is there once."""
        phone = facts.caller_number
        if arguments.phone:
            phone = to_e164(arguments.phone, facts.practice)
            if phone is None:
                raise InvalidArguments("that is not a phone number; ask for it with its area code")
        message = StaffMessage(
            id=uuid4().hex,
            practice_id=facts.practice.id,
            call_sid=facts.call_sid,
            caller_name=arguments.caller_name,
            phone=phone,
            message=arguments.message,
            urgency=arguments.urgency,
            recipient=arguments.recipient,
            status="new",
            created_at=facts.now,
            idempotency_key=f"{facts.call_sid}:{tool_call_id}",
        )
        kept = await self._kept(message, office)
        content: dict[str, Any] = {"ok": True, "message_id": kept.id}
        if phone is not None:
            content["phone_spoken"] = read_back(phone)
        return HandlerResult(content, outcome="message")

    async def _kept(self, message: StaffMessage, office: Office) -> StaffMessage:
        """In the inbox; with the database away, in the journal, which is on disk when this ends."""
        try:
            async with office.database.transaction() as uow:
                kept = await uow.messages.add(message)
                if kept.id == message.id:
                    await uow.audit.append(
                        actor="receptionist",
                        action="message.taken",
                        subject=f"message:{kept.id}",
                        detail={"call_sid": message.call_sid},
                    )
                return kept
        except DatabaseAway:
            if office.journal is None:
                raise
        office.journal.message(message)
        await office.journal.flush()
        return message


HANDLER: FunctionHandler = TakeMessage()
