"""A clinic with a database, whose functions a test calls as the router does.

What every test of a handler has in common is here, so that a change of the
handlers' shape is a change of `_handle`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from db import SqlDatabase
from providers.calendar.embedded import EmbeddedCalendar
from receptionist.booking.desk import build_booking_desk
from receptionist.domain.practice import Faq, Practice, Practitioner, Service, TimeRange
from receptionist.errors import InvalidArguments
from receptionist.ports.function_handler import CallFacts, FunctionHandler, HandlerResult, Office
from receptionist.ports.records import (
    ActionRecord,
    Appointment,
    AuditRow,
    ListQuery,
    StaffMessage,
)

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2027, 3, 1, 10, tzinfo=NEW_YORK)
"""A Monday."""
CALLER = "+12125550123"
STRANGER = "+12125550199"
BORN = "1984-03-12"
DAY = (TimeRange(time(9), time(12)), TimeRange(time(13), time(17)))
PRACTICE = Practice(
    name="Maple Street Clinic",
    timezone="America/New_York",
    numbers=("+12125550100",),
    greeting="Hello.",
    hours=dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), DAY),
    transfer_number="+12125550111",
    closed=frozenset({date(2027, 3, 5)}),
    practitioners=(Practitioner("Dr. Lee"), Practitioner("Dr. Patel"), Practitioner("Nurse Gomez")),
    services=(
        Service("Check-up", 30, 5, ("Dr. Lee", "Dr. Patel")),
        Service("Blood test", 15, 0, ("Nurse Gomez",)),
    ),
    faqs=(Faq("Where can I park?", "There is free parking behind the building."),),
)
Rows = Sequence[Mapping[str, Any]]


class Clinic:
    """One practice, and the calls it gets."""

    def __init__(self, database: SqlDatabase, practice: Practice) -> None:
        self.database = database
        self.practice = practice
        self._count = 0

    def facts(
        self, *, call: str = "CA1", caller: str | None = CALLER, now: datetime = NOW, **more: Any
    ) -> CallFacts:
        """What a handler may know of the call."""
        return CallFacts(call, self.practice, now, caller, **more)

    async def ask(
        self, function: str, facts: CallFacts | None = None, *, again: str = "", **arguments: Any
    ) -> HandlerResult:
        """Call the function as the model would; `again` is the id of a repeated tool call."""
        self._count += 1
        facts, tool_call_id = facts or self.facts(), again or f"tool_{self._count}"
        handler: FunctionHandler = import_module(f"handlers.{function}").HANDLER
        result = await self._handle(handler, facts, tool_call_id, arguments)
        json.dumps(result.content)
        async with self.database.transaction() as uow:
            action = ActionRecord(
                facts.call_sid, tool_call_id, function, arguments, result.content, facts.now
            )
            await uow.actions.save([action])
        return result

    async def _handle(
        self, handler: FunctionHandler, facts: CallFacts, tool_call_id: str, arguments: Any
    ) -> HandlerResult:
        values = handler.Arguments.model_validate(arguments)
        desk = build_booking_desk(self.database, EmbeddedCalendar(), lambda: facts.now)
        office = Office(self.database, desk.book)
        return await handler.handle(values, facts, office, tool_call_id=tool_call_id)

    async def refused(self, function: str, facts: CallFacts | None = None, **arguments: Any) -> str:
        """The sentence the model is told instead of a result."""
        with pytest.raises(InvalidArguments) as caught:
            await self.ask(function, facts, **arguments)
        return str(caught.value)

    async def book(
        self, facts: CallFacts | None = None, *, again: str = "", **changed: Any
    ) -> HandlerResult:
        """Anna Smith books a check-up on Tuesday at ten, unless told otherwise."""
        wish = {
            "service": "Check-up",
            "start": "2027-03-02T10:00",
            "caller_name": "Anna Smith",
            "date_of_birth": BORN,
            "practitioner": "Dr. Lee",
        }
        return await self.ask("schedule_appointment", facts, again=again, **{**wish, **changed})

    async def find(self, facts: CallFacts | None = None, **arguments: Any) -> Rows:
        """What is read out to somebody who says they are Anna Smith."""
        wish = {"caller_name": "Anna Smith"}
        result = await self.ask("find_appointments", facts, **{**wish, **arguments})
        assert result.content["ok"] is True
        found: Rows = result.content["appointments"]
        return found

    async def appointments(self) -> Sequence[Appointment]:
        """All that were promised; what is held while a caller decides is not."""
        async with self.database.reading() as uow:
            rows = (await uow.appointments.list(ListQuery())).items
        return [row for row in rows if row.status != "held"]

    async def messages(self) -> Sequence[StaffMessage]:
        """All there are."""
        async with self.database.reading() as uow:
            return (await uow.messages.list(ListQuery())).items

    async def audit(self, action: str = "") -> list[AuditRow]:
        """The audit rows of handlers, newest first; of one kind if told so."""
        async with self.database.reading() as uow:
            rows = (await uow.audit.list(ListQuery())).items
        return [row for row in rows if row.action.startswith(action)]


async def open_clinic(database: SqlDatabase, **changed: Any) -> Clinic:
    """The clinic with its practice in the database."""
    async with database.transaction() as uow:
        number = await uow.practices.save(replace(PRACTICE, **changed))
        practice = await uow.practices.get(number)
    assert practice is not None
    return Clinic(database, practice)
