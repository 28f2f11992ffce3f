"""What the booking functions share: reading what was asked, and saying what is free."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from receptionist.domain.booking import Slot, Wish, find_person, people_for
from receptionist.domain.practice import Practice, Service
from receptionist.errors import InvalidArguments
from receptionist.ports.function_handler import CallFacts, HandlerResult, Office
from receptionist.ports.records import Appointment, UnitOfWork


def service_named(practice: Practice, name: str) -> Service:
    """The service meant. Raises `InvalidArguments` with those there are."""
    found = practice.service(name)
    if found is not None:
        return found
    wanted = _letters(name)
    for service in practice.services:
        if wanted and (wanted in _letters(service.name) or _letters(service.name) in wanted):
            return service
    known = ", ".join(service.name for service in practice.services) or "none"
    raise InvalidArguments(f"there is no such service; the services are: {known}")


def person_named(practice: Practice, service: Service, name: str | None) -> str | None:
    """The practitioner meant. Raises `InvalidArguments` with those who do this service."""
    if not name:
        return None
    able = people_for(practice, service)
    found = find_person(practice, name)
    if found is None or found not in able:
        raise InvalidArguments(f"{service.name} is done by: {', '.join(able)}")
    return found


def local_time(practice: Practice, at: datetime) -> datetime:
    """In the practice's zone; a time without an offset is meant there."""
    if at.tzinfo is None:
        return at.replace(tzinfo=practice.zone)
    return at.astimezone(practice.zone)


def offered(slots: Sequence[Slot], today: date) -> list[dict[str, Any]]:
    """Slots as the model is told of them."""
    return [
        {
            "start": slot.start.isoformat(),
            "practitioner": slot.practitioner,
            "spoken": slot.spoken(today),
        }
        for slot in slots
    ]


def described(appointment: Appointment, practice: Practice, today: date) -> dict[str, Any]:
    """An appointment as the model is told of it."""
    start = appointment.start.astimezone(practice.zone)
    slot = Slot(start, appointment.end, appointment.blocks_until, appointment.practitioner)
    return {
        "appointment_id": appointment.id,
        "service": appointment.service,
        "practitioner": appointment.practitioner,
        "start": start.isoformat(),
        "spoken": f"{appointment.service}, {slot.spoken(today)}",
    }


async def taken(
    office: Office, facts: CallFacts, wish: Wish, *, moving: Appointment | None = None
) -> HandlerResult:
    """That time is gone; what is free instead, in the same breath."""
    slots = await office.book.offers(
        facts.practice,
        wish,
        facts.now,
        call_sid=facts.call_sid,
        phone=facts.caller_number,
        moving=moving,
    )
    content: dict[str, Any] = {
        "ok": False,
        "error": "that time is taken; offer these instead",
        "offers": offered(slots, facts.now.date()),
    }
    return HandlerResult(content)


async def was_shown(uow: UnitOfWork, call_sid: str, appointment_id: str) -> bool:
    """Whether this caller was identified for this appointment, or made it, in this call."""
    for action in await uow.actions.of_call(call_sid):
        if action.result.get("ok") is not True:
            continue
        rows: Sequence[Mapping[str, Any]] = action.result.get("appointments", ())
        shown = [row.get("appointment_id") for row in rows]
        if appointment_id in (action.result.get("appointment_id"), *shown):
            return True
    return False


NOT_IDENTIFIED: Mapping[str, Any] = {
    "ok": False,
    "error": "find the appointment first with find_appointments: the caller's name together with "
    "the date of birth or the phone number on file",
}


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
