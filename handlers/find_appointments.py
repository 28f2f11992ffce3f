"""Finding a caller's appointments, once it is clear whose they are."""

from datetime import date
from typing import ClassVar

from pydantic import BaseModel, Field

from handlers._slots import described
from receptionist.domain.contacts import to_e164
from receptionist.domain.identity import same_name
from receptionist.errors import InvalidArguments
from receptionist.ports.function_handler import CallFacts, FunctionHandler, HandlerResult, Office


class FindAppointments:
    """`find_appointments`."""

    name: ClassVar[str] = "find_appointments"
    description: ClassVar[str] = (
        "Find the caller's own coming appointments by their full name and their date of birth or "
        "phone number. Never read out an appointment that did not come back from here."
    )
    changes_world: ClassVar[bool] = False
    filler: ClassVar[str | None] = "Let me look for it."

    class Arguments(BaseModel):
        """What the model gives."""

        caller_name: str = Field(min_length=1, max_length=200)
        date_of_birth: date | None = None
        phone: str | None = Field(None, description="absent: the number they are calling from")

    async def handle(
        self, arguments: Arguments, facts: CallFacts, office: Office, *, tool_call_id: str
    ) -> HandlerResult:
        """Coming appointments of that name together with that birth date or phone."""
        practice = facts.practice
        phone = to_e164(arguments.phone, practice) if arguments.phone else facts.caller_number
        if phone is None and arguments.date_of_birth is None:
            raise InvalidArguments("ask for the date of birth or the phone number on file")
        async with office.database.transaction() as uow:
            rows = await uow.appointments.of_caller(
                practice.id, date_of_birth=arguments.date_of_birth, phone=phone
            )
            found = [
                row
                for row in rows
                if row.start > facts.now and same_name(arguments.caller_name, row.caller_name)
            ]
            for row in found:
                await uow.audit.append(
                    actor="receptionist",
                    action="appointment.read_out",
                    subject=f"appointment:{row.id}",
                    detail={"call_sid": facts.call_sid},
                )
        today = facts.now.date()
        content = {"ok": True, "appointments": [described(row, practice, today) for row in found]}
        return HandlerResult(content)


HANDLER: FunctionHandler = FindAppointments()
