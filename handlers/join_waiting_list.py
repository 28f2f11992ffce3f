"""Putting a caller on the waiting list."""

from dataclasses import replace
from datetime import date, timedelta
from typing import ClassVar

from pydantic import BaseModel, Field

from handlers._slots import person_named, service_named
from receptionist.domain.booking import PartOfDay
from receptionist.domain.contacts import to_e164
from receptionist.errors import InvalidArguments
from receptionist.ports.follow_up import Waiting
from receptionist.ports.function_handler import CallFacts, FunctionHandler, HandlerResult, Office
from receptionist.ports.records import UnitOfWork

WAITED = timedelta(days=30)
LONGEST = timedelta(days=365)


class JoinWaitingList:
    """`join_waiting_list`."""

    name: ClassVar[str] = "join_waiting_list"
    description: ClassVar[str] = (
        "Put the caller on the waiting list when no time that check_availability offered suits "
        "them and they would like an earlier or another one. When such a time becomes free they "
        "are offered it by text message, and have it once they answer YES. Nothing is booked yet."
    )
    changes_world: ClassVar[bool] = True
    filler: ClassVar[str | None] = "One moment while I put you on the list."

    class Arguments(BaseModel):
        """What the model gives."""

        service: str = Field(min_length=1)
        caller_name: str = Field(min_length=1, max_length=200)
        phone: str | None = Field(
            None, description="a mobile that gets texts; absent: the number they are calling from"
        )
        date_from: date | None = Field(None, description="absent: today")
        date_to: date | None = Field(None, description="absent: a month after date_from")
        practitioner: str | None = Field(None, description="absent: anybody who does it")
        part_of_day: PartOfDay | None = Field(None, description="absent: any time of the day")
        date_of_birth: date | None = None

    async def handle(
        self, arguments: Arguments, facts: CallFacts, office: Office, *, tool_call_id: str
    ) -> HandlerResult:
        """Add them, once per request; whoever waits for the same keeps their place."""
        practice = facts.practice
        if not practice.booking.text_messages:
            raise InvalidArguments("there is no waiting list here; offer to take a message instead")
        service = service_named(practice, arguments.service)
        person = person_named(practice, service, arguments.practitioner)
        phone = to_e164(arguments.phone, practice) if arguments.phone else facts.caller_number
        if phone is None:
            raise InvalidArguments("ask the caller for a mobile number with its area code")
        first, last = _days(arguments, facts.now.date())
        wanted = Waiting(
            id="",
            practice_id=practice.id,
            call_sid=facts.call_sid,
            service=service.name,
            practitioner=person,
            first_day=first,
            last_day=last,
            part_of_day=arguments.part_of_day,
            caller_name=arguments.caller_name.strip(),
            phone=phone,
            date_of_birth=arguments.date_of_birth,
            status="waiting",
            created_at=facts.now,
            idempotency_key=f"{facts.call_sid}:{tool_call_id}",
        )
        async with office.database.transaction() as uow:
            waiting = await _listed(uow, wanted)
        return HandlerResult(
            {
                "ok": True,
                "waiting_list_id": waiting.id,
                "service": waiting.service,
                "practitioner": waiting.practitioner,
                "date_from": waiting.first_day.isoformat(),
                "date_to": waiting.last_day.isoformat(),
                "next": "they get a text message when a time becomes free; nothing is booked",
            }
        )


async def _listed(uow: UnitOfWork, wanted: Waiting) -> Waiting:
    """On the list with these days; whoever is on it for the same already keeps their place."""
    known = next(
        (w for w in await uow.waiting_list.open(wanted.practice_id) if _same(w, wanted)), None
    )
    if known is None:
        listed = await uow.waiting_list.add(wanted)
    else:
        listed = replace(
            known,
            first_day=wanted.first_day,
            last_day=wanted.last_day,
            part_of_day=wanted.part_of_day,
        )
        if listed == known:
            return known
        await uow.waiting_list.update(listed)
    await uow.audit.append(
        actor="receptionist",
        action="waiting_list.joined",
        subject=f"waiting:{listed.id}",
        detail={"call_sid": wanted.call_sid},
    )
    return listed


def _same(one: Waiting, other: Waiting) -> bool:
    return (one.phone, one.caller_name.casefold(), one.service, one.practitioner) == (
        other.phone,
        other.caller_name.casefold(),
        other.service,
        other.practitioner,
    )


def _days(arguments: JoinWaitingList.Arguments, today: date) -> tuple[date, date]:
    first = max(arguments.date_from or today, today)
    last = arguments.date_to or first + WAITED
    if last < today:
        raise InvalidArguments(f"date_to is in the past; today is {today.isoformat()}")
    if last < first:
        raise InvalidArguments("date_to must not be before date_from")
    if last - today > LONGEST:
        raise InvalidArguments("the waiting list is for the next twelve months")
    return first, last


HANDLER: FunctionHandler = JoinWaitingList()
