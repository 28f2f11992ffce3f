"""Moving an appointment to another time with the same practitioner."""

from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import BaseModel, Field

from handlers._slots import (
    NOT_IDENTIFIED,
    busy_times,
    described,
    local_time,
    offered,
    offers_from,
    was_shown,
)
from receptionist.domain.booking import Wish, refusal, slot_at
from receptionist.domain.practice import Service
from receptionist.errors import InvalidArguments, SlotTaken
from receptionist.ports.function_handler import CallFacts, FunctionHandler, HandlerResult
from receptionist.ports.records import Appointment, Database


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
        self, arguments: Arguments, facts: CallFacts, database: Database, *, tool_call_id: str
    ) -> HandlerResult:
        """Move it, or say why not and what is free instead."""
        practice = facts.practice
        start = local_time(practice, arguments.start)
        async with database.transaction() as uow:
            if not await was_shown(uow, facts.call_sid, arguments.appointment_id):
                return HandlerResult(NOT_IDENTIFIED)
            found = await uow.appointments.get(arguments.appointment_id)
        if found is None or found.status != "booked":
            raise InvalidArguments("that appointment is not booked any more")
        service = _service(found, facts)
        reason = refusal(practice, service, start, facts.now)
        if reason is not None:
            raise InvalidArguments(reason)
        try:
            async with database.transaction() as uow:
                busy = await busy_times(
                    uow,
                    practice,
                    start - timedelta(days=1),
                    start + timedelta(days=1),
                    without=found.id,
                )
                slot = slot_at(practice, service, start, found.practitioner, busy)
                if slot is None:
                    raise SlotTaken("the practitioner's time is taken")
                moved = await uow.appointments.move(
                    found.id, start=slot.start, end=slot.end, blocks_until=slot.blocks_until
                )
                await uow.audit.append(
                    actor="receptionist",
                    action="appointment.moved",
                    subject=f"appointment:{moved.id}",
                    detail={"call_sid": facts.call_sid},
                )
        except SlotTaken:
            wish = Wish(service, start.date(), start.date(), found.practitioner)
            slots = await offers_from(database, facts, wish, without=found.id)
            return HandlerResult(
                {
                    "ok": False,
                    "error": "that time is taken; offer these instead",
                    "offers": offered(slots, facts.now.date()),
                }
            )
        content = described(moved, practice, facts.now.date())
        return HandlerResult({"ok": True, **content}, outcome="moved")


def _service(appointment: Appointment, facts: CallFacts) -> Service:
    """As offered today; a service that is offered no more keeps the length it was booked with."""
    known = facts.practice.service(appointment.service)
    if known is not None:
        return known
    minutes = int((appointment.end - appointment.start).total_seconds() // 60)
    return Service(appointment.service, minutes)


HANDLER: FunctionHandler = RescheduleAppointment()
