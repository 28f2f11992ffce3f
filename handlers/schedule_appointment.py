"""Booking an appointment."""

from datetime import date, datetime
from typing import ClassVar

from pydantic import BaseModel, Field

from handlers._slots import described, local_time, person_named, service_named, taken
from receptionist.domain.booking import Wish
from receptionist.domain.contacts import to_e164
from receptionist.errors import InvalidArguments, SlotTaken
from receptionist.ports.appointment_book import BookingRequest
from receptionist.ports.function_handler import CallFacts, FunctionHandler, HandlerResult, Office

OLDEST_YEARS = 125


class ScheduleAppointment:
    """`schedule_appointment`."""

    name: ClassVar[str] = "schedule_appointment"
    description: ClassVar[str] = (
        "Book an appointment at a time that check_availability offered, after the caller has "
        "agreed to it and given their name. Only when this answers ok is it booked. When the time "
        "has just been taken, offer the times that come back."
    )
    changes_world: ClassVar[bool] = True
    filler: ClassVar[str | None] = "One moment while I book that."

    class Arguments(BaseModel):
        """What the model gives."""

        service: str = Field(min_length=1)
        start: datetime = Field(description="ISO, in the practice's zone")
        caller_name: str = Field(min_length=1, max_length=200)
        phone: str | None = Field(None, description="absent: the number they are calling from")
        date_of_birth: date | None = None
        practitioner: str | None = None
        notes: str | None = Field(None, max_length=500)

    async def handle(
        self, arguments: Arguments, facts: CallFacts, office: Office, *, tool_call_id: str
    ) -> HandlerResult:
        """Book it, or say why not and what is free instead. The same request books once."""
        practice = facts.practice
        service = service_named(practice, arguments.service)
        person = person_named(practice, service, arguments.practitioner)
        start = local_time(practice, arguments.start)
        _check_birth(arguments.date_of_birth, facts.now.date())
        request = BookingRequest(
            practice=practice,
            service=service,
            start=start,
            practitioner=person,
            caller_name=arguments.caller_name.strip(),
            phone=_phone(arguments.phone, facts),
            date_of_birth=arguments.date_of_birth,
            notes=arguments.notes,
            call_sid=facts.call_sid,
            key=f"{facts.call_sid}:{tool_call_id}",
        )
        try:
            booked = await office.book.book(request, facts.now)
        except SlotTaken:
            wish = Wish(service, start.date(), start.date(), person, gone=start)
            return await taken(office, facts, wish)
        content = described(booked, practice, facts.now.date())
        return HandlerResult({"ok": True, **content}, outcome="booked")


def _phone(given: str | None, facts: CallFacts) -> str:
    phone = to_e164(given, facts.practice) if given else facts.caller_number
    if phone is None:
        raise InvalidArguments("ask the caller for a phone number with its area code")
    return phone


def _check_birth(born: date | None, today: date) -> None:
    if born is not None and born.year < today.year - OLDEST_YEARS:
        raise InvalidArguments("that date of birth cannot be; ask for it again")
    if born is not None and born > today:
        raise InvalidArguments("that date of birth is in the future; ask for it again")


HANDLER: FunctionHandler = ScheduleAppointment()
