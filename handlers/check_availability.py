"""Free times for a service."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from handlers._slots import offered, person_named, service_named
from receptionist.domain.booking import PartOfDay, Slot, Wish
from receptionist.domain.opening_hours import describe_day, open_on
from receptionist.domain.practice import Practice
from receptionist.errors import InvalidArguments
from receptionist.ports.function_handler import CallFacts, FunctionHandler, HandlerResult, Office


class CheckAvailability:
    """`check_availability`."""

    name: ClassVar[str] = "check_availability"
    description: ClassVar[str] = (
        "Find free times for a service. Offer the caller at most the three that come back, in the "
        "words of `spoken`; they are kept free for this caller for a few minutes. They may be on a "
        "later day than asked: then `note` says so."
    )
    changes_world: ClassVar[bool] = False
    filler: ClassVar[str | None] = "Let me see what we have."

    class Arguments(BaseModel):
        """What the model gives."""

        service: str = Field(min_length=1, description="one of the practice's services")
        date_from: date = Field(description="first day wished, ISO")
        date_to: date | None = Field(None, description="last day wished, ISO; absent: that day")
        practitioner: str | None = None
        not_practitioner: str | None = Field(None, description="somebody the caller does not want")
        part_of_day: PartOfDay | None = None
        time_from: time | None = Field(None, description='earliest start, "after four" is 16:00')
        time_to: time | None = Field(None, description='before this start, "before ten" is 10:00')

    async def handle(
        self, arguments: Arguments, facts: CallFacts, office: Office, *, tool_call_id: str
    ) -> HandlerResult:
        """Up to three offers, of the days asked for or the next ones with any."""
        practice, today = facts.practice, facts.now.date()
        wish = _wish(arguments, practice, facts.now)
        slots = await office.book.offers(
            practice, wish, facts.now, call_sid=facts.call_sid, phone=facts.caller_number
        )
        content: dict[str, Any] = {
            "ok": True,
            "service": wish.service.name,
            "offers": offered(slots, today),
        }
        if not slots:
            content["note"] = "nothing is free in the coming weeks; offer to take a message"
        elif not _as_wished(slots, wish):
            reason = (
                "" if open_on(practice, wish.first) else describe_day(practice, wish.first, today)
            )
            content["note"] = f"nothing free as asked; these are the next times. {reason}".strip()
        return HandlerResult(content)


def _wish(arguments: CheckAvailability.Arguments, practice: Practice, now: datetime) -> Wish:
    service = service_named(practice, arguments.service)
    today = now.date()
    last = arguments.date_to or arguments.date_from
    if last < today:
        raise InvalidArguments(f"that day is past; today is {today.isoformat()}")
    if last < arguments.date_from:
        raise InvalidArguments("date_to is before date_from")
    unwanted = person_named(practice, service, arguments.not_practitioner)
    return Wish(
        service,
        max(arguments.date_from, today),
        last,
        person_named(practice, service, arguments.practitioner),
        arguments.part_of_day,
        arguments.time_from or time.min,
        arguments.time_to or time.max,
        (unwanted,) if unwanted else (),
    )


def _as_wished(slots: Sequence[Slot], wish: Wish) -> bool:
    in_days = wish.first <= slots[0].start.date() <= wish.last
    return in_days and all(wish.fits(slot.start) for slot in slots)


HANDLER: FunctionHandler = CheckAvailability()
