"""Free times for a service."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from handlers._slots import offered, offers_from, person_named, service_named
from receptionist.domain.booking import PARTS, PartOfDay, Slot, Wish
from receptionist.domain.opening_hours import describe_day, open_on
from receptionist.errors import InvalidArguments
from receptionist.ports.function_handler import CallFacts, FunctionHandler, HandlerResult
from receptionist.ports.records import Database


class CheckAvailability:
    """`check_availability`."""

    name: ClassVar[str] = "check_availability"
    description: ClassVar[str] = (
        "Find free times for a service. Offer the caller at most the three that come back, in the "
        "words of `spoken`. They may be on a later day than asked: then `note` says so."
    )
    changes_world: ClassVar[bool] = False
    filler: ClassVar[str | None] = "Let me see what we have."

    class Arguments(BaseModel):
        """What the model gives."""

        service: str = Field(min_length=1, description="one of the practice's services")
        date_from: date = Field(description="first day wished, ISO")
        date_to: date | None = Field(None, description="last day wished, ISO; absent: that day")
        practitioner: str | None = None
        part_of_day: PartOfDay | None = None

    async def handle(
        self, arguments: Arguments, facts: CallFacts, database: Database, *, tool_call_id: str
    ) -> HandlerResult:
        """Up to three offers, of the days asked for or the next ones with any."""
        practice, today = facts.practice, facts.now.date()
        service = service_named(practice, arguments.service)
        last = arguments.date_to or arguments.date_from
        if last < today:
            raise InvalidArguments(f"that day is past; today is {today.isoformat()}")
        if last < arguments.date_from:
            raise InvalidArguments("date_to is before date_from")
        wish = Wish(
            service,
            max(arguments.date_from, today),
            last,
            person_named(practice, service, arguments.practitioner),
            arguments.part_of_day,
        )
        slots = await offers_from(database, facts, wish)
        content: dict[str, Any] = {
            "ok": True,
            "service": service.name,
            "offers": offered(slots, today),
        }
        if not slots:
            content["note"] = "nothing is free in the coming weeks; offer to take a message"
        elif not wish.first <= slots[0].start.date() <= wish.last or not _as_wished(slots, wish):
            reason = (
                "" if open_on(practice, wish.first) else describe_day(practice, wish.first, today)
            )
            content["note"] = f"nothing free as asked; these are the next times. {reason}".strip()
        return HandlerResult(content)


def _as_wished(slots: Sequence[Slot], wish: Wish) -> bool:
    if wish.part_of_day is None:
        return True
    begins, ends = PARTS[wish.part_of_day]
    return all(begins <= slot.start.time() < ends for slot in slots)


HANDLER: FunctionHandler = CheckAvailability()
