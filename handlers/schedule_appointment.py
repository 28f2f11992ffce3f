"""Booking an appointment: one row, one audit row, one transaction."""

from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from handlers._slots import (
    busy_times,
    described,
    local_time,
    offered,
    offers_from,
    person_named,
    service_named,
)
from receptionist.domain.booking import Slot, Wish, refusal, slot_at
from receptionist.domain.contacts import to_e164
from receptionist.domain.practice import Service
from receptionist.errors import InvalidArguments, SlotTaken
from receptionist.ports.function_handler import CallFacts, FunctionHandler, HandlerResult
from receptionist.ports.records import Appointment, Database, UnitOfWork

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
        self, arguments: Arguments, facts: CallFacts, database: Database, *, tool_call_id: str
    ) -> HandlerResult:
        """Book it, or say why not and what is free instead. The same request books once."""
        practice = facts.practice
        service = service_named(practice, arguments.service)
        person = person_named(practice, service, arguments.practitioner)
        start = local_time(practice, arguments.start)
        reason = refusal(practice, service, start, facts.now)
        if reason is not None:
            raise InvalidArguments(reason)
        phone = _phone(arguments.phone, facts)
        _check_birth(arguments.date_of_birth, facts.now.date())
        key = f"{facts.call_sid}:{tool_call_id}"
        try:
            async with database.transaction() as uow:
                busy = await busy_times(
                    uow, practice, start - timedelta(days=1), start + timedelta(days=1)
                )
                slot = slot_at(practice, service, start, person, busy)
                booked = None
                if slot is not None:
                    booked = await self._book(uow, arguments, facts, service, slot, phone, key)
        except SlotTaken:
            booked = None
        if booked is None:
            return await _taken(database, facts, Wish(service, start.date(), start.date(), person))
        content = described(booked, practice, facts.now.date())
        return HandlerResult({"ok": True, **content}, outcome="booked")

    async def _book(
        self,
        uow: UnitOfWork,
        arguments: Arguments,
        facts: CallFacts,
        service: Service,
        slot: Slot,
        phone: str,
        key: str,
    ) -> Appointment:
        booked = await uow.appointments.add(
            Appointment(
                id="",
                practice_id=facts.practice.id,
                call_sid=facts.call_sid,
                service=service.name,
                practitioner=slot.practitioner,
                start=slot.start,
                end=slot.end,
                blocks_until=slot.blocks_until,
                caller_name=arguments.caller_name.strip(),
                phone=phone,
                date_of_birth=arguments.date_of_birth,
                status="booked",
                notes=arguments.notes,
                idempotency_key=key,
            )
        )
        await uow.audit.append(
            actor="receptionist",
            action="appointment.booked",
            subject=f"appointment:{booked.id}",
            detail={"call_sid": facts.call_sid},
        )
        return booked


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


async def _taken(database: Database, facts: CallFacts, wish: Wish) -> HandlerResult:
    slots = await offers_from(database, facts, wish)
    content: dict[str, Any] = {
        "ok": False,
        "error": "that time is taken; offer these instead",
        "offers": offered(slots, facts.now.date()),
    }
    return HandlerResult(content)


HANDLER: FunctionHandler = ScheduleAppointment()
