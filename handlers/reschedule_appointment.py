"""Moving an appointment to another time with the same practitioner."""

from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, Field

from handlers._slots import NOT_IDENTIFIED, described, local_time, taken, was_shown
from receptionist.domain.booking import Wish
from receptionist.domain.practice import Practice, Service
from receptionist.errors import InvalidArguments, SlotTaken
from receptionist.ports.function_handler import CallFacts, FunctionHandler, HandlerResult, Office
from receptionist.ports.records import Appointment


class RescheduleAppointment:
    """`reschedule_appointment`."""

    name: ClassVar[str] = "reschedule_appointment"
    description: ClassVar[str] = (
        "Move an appointment that find_appointments gave to another time, after the caller has "
        "agreed to it. Only when this answers ok has it been moved."
    )
    changes_world: ClassVar[bool] = True
    filler: ClassVar[str | None] = "One moment while I move that."

    class Arguments(BaseModel):
        """What the model gives."""

        appointment_id: str = Field(min_length=1, max_length=64)
        start: datetime = Field(description="ISO, in the practice's zone")

    async def handle(
        self, arguments: Arguments, facts: CallFacts, office: Office, *, tool_call_id: str
    ) -> HandlerResult:
        """Move it, or say why not and what is free instead."""
        practice = facts.practice
        start = local_time(practice, arguments.start)
        async with office.database.reading() as uow:
            if not await was_shown(uow, facts.call_sid, arguments.appointment_id):
                return HandlerResult(NOT_IDENTIFIED)
            found = await uow.appointments.get(arguments.appointment_id)
        if found is None or found.status != "booked":
            raise InvalidArguments("that appointment is not booked any more")
        try:
            moved = await office.book.move(
                practice, found, start, facts.now, call_sid=facts.call_sid
            )
        except SlotTaken:
            service, day = _service(found, practice), start.date()
            wish = Wish(service, day, day, found.practitioner, gone=start)
            return await taken(office, facts, wish, moving=found)
        content = described(moved, practice, facts.now.date())
        return HandlerResult({"ok": True, **content}, outcome="moved")


def _service(appointment: Appointment, practice: Practice) -> Service:
    minutes = int((appointment.end - appointment.start).total_seconds() // 60)
    return practice.service(appointment.service) or Service(appointment.service, minutes)


HANDLER: FunctionHandler = RescheduleAppointment()
