"""A practice that shares its calendar with us, and its booking desk over Google's emulator."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from importlib import import_module
from typing import Any

from receptionist.booking.desk import BookingDesk, build_booking_desk
from receptionist.booking.follow_up import DELETE, PUT
from receptionist.domain.practice import (
    WEEKDAYS,
    BookingRules,
    Practice,
    Practitioner,
    Service,
    TimeRange,
)
from receptionist.ports.calendar import Calendar, event_id_for
from receptionist.ports.follow_up import OutboxRow
from receptionist.ports.function_handler import CallFacts, FunctionHandler, Office
from receptionist.ports.records import Appointment, Database, ListQuery
from tests.booking.crashes import Fuse, Meanwhile, MortalCalendar
from tests.emulators.google import GoogleEmulator

LEE = "lee@example.com"
KIM = "kim@example.com"
QUARTER = timedelta(minutes=15)
"""A blood test's."""
ALL_DAY = (TimeRange(time(8), time(20)),)
PRACTICE = Practice(
    name="Maple Street Clinic",
    timezone="America/New_York",
    numbers=("+12125550100",),
    greeting="Hello.",
    hours=dict.fromkeys(WEEKDAYS, ALL_DAY),
    practitioners=(Practitioner("Dr. Lee", LEE), Practitioner("Dr. Kim", KIM)),
    services=(
        Service("Check-up", 30, 15, ("Dr. Lee", "Dr. Kim")),
        Service("Blood test", 15, 0, ("Dr. Lee",)),
    ),
    booking=BookingRules(text_messages=False),
)


def utc_now() -> datetime:
    """The real time."""
    return datetime.now(UTC)


async def open_practice(database: Database, practice: Practice = PRACTICE) -> Practice:
    """The practice as the database has it."""
    async with database.transaction() as uow:
        number = await uow.practices.save(practice)
    return replace(practice, id=number)


class Desk:
    """One process's booking desk, and what a caller or a test asks of it."""

    def __init__(
        self, database: Database, calendar: Calendar, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self.database = database
        self.calendar = calendar
        self.clock = clock
        self.desk: BookingDesk = build_booking_desk(database, calendar, clock)

    async def ask(
        self, function: str, practice: Practice, call_sid: str, key: str = "t1", **arguments: Any
    ) -> dict[str, Any]:
        """Call a function as the router does for the model."""
        handler: FunctionHandler = import_module(f"handlers.{function}").HANDLER
        facts = CallFacts(
            call_sid, practice, self.clock().astimezone(practice.zone), "+12125550123"
        )
        result = await handler.handle(
            handler.Arguments.model_validate(arguments),
            facts,
            Office(self.database, self.desk.book),
            tool_call_id=key,
        )
        return dict(result.content)

    async def hang_up(self, call_sid: str) -> None:
        """What the call held is free again."""
        async with self.database.transaction() as uow:
            await uow.appointments.release_holds(call_sid)


class Clock:
    """The time, until a test moves it on; a little ahead, for the database has its own."""

    def __init__(self) -> None:
        self.now = utc_now() + timedelta(minutes=5)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Surgery:
    """A desk that works when it is told to, and one in another process."""

    database: Database
    google: GoogleEmulator
    practice: Practice
    clock: Clock
    meanwhile: Meanwhile
    desk: Desk
    other: Desk
    ten: datetime
    """Ten o'clock in three days."""

    async def book(self, start: datetime | None = None) -> Appointment:
        """A blood test, as the model asks for it; nothing is in the calendar yet."""
        start = start or self.ten
        answer = await self.desk.ask(
            *("schedule_appointment", self.practice, f"CA{start.isoformat()}"),
            service="Blood test",
            start=start,
            caller_name="Anna Smith",
        )
        assert answer["ok"], answer
        return await self.appointment(answer["appointment_id"])

    async def written(self, start: datetime | None = None) -> Appointment:
        """One that is in the calendar as well."""
        made = await self.book(start)
        await self.work()
        return await self.appointment(made.id)

    async def move(self, row: Appointment, start: datetime, *, by: Desk | None = None) -> None:
        """As the caller wants it."""
        book = (by or self.desk).desk.book
        await book.move(self.practice, row, start, self.clock(), call_sid="CA-move")

    async def work(self) -> None:
        """Until nothing is due."""
        await self.desk.desk.worker.run_due()

    async def settle(self) -> None:
        """Until a worker that runs beside the test has nothing left to write."""
        async with asyncio.timeout(20):
            while any(row.kind in (PUT, DELETE) for row in await unfinished(self.database)):
                await self.work()
                await asyncio.sleep(0.02)

    async def read(self) -> None:
        """A minute later the calendars are read again."""
        self.clock.now += timedelta(minutes=1)
        await self.desk.desk.sync.queue_all()
        await self.work()

    async def appointment(self, appointment_id: str) -> Appointment:
        """As it is now."""
        async with self.database.reading() as uow:
            found = await uow.appointments.get(appointment_id)
        assert found is not None
        return found

    async def tasks(self) -> list[str]:
        """What staff are asked to see to, once notices are due."""
        self.clock.now += timedelta(minutes=1)
        await self.work()
        async with self.database.reading() as uow:
            return [task.message for task in (await uow.messages.list(ListQuery())).items]

    def times(self) -> list[datetime]:
        """When our events begin, in Dr. Lee's calendar."""
        return [
            datetime.fromisoformat(event["start"]["dateTime"])
            for event in self.google.events(LEE)
            if event["summary"] != "Meeting"
        ]

    def meeting(self, start: datetime, **more: Any) -> str:
        """A person puts something into Dr. Lee's calendar; the event's id."""
        return self.google.human_adds(LEE, start, start + QUARTER, "Meeting", **more)

    def drag(self, row: Appointment, start: datetime) -> None:
        """A person moves an appointment's event."""
        self.google.human_moves(LEE, event_id_for(row.id), start)

    def remove(self, row: Appointment) -> None:
        """A person deletes an appointment's event."""
        self.google.human_deletes(LEE, event_id_for(row.id))


def open_surgery(
    database: Database, google: GoogleEmulator, calendar: Calendar, practice: Practice
) -> Surgery:
    """With nothing in its book."""
    clock, meanwhile = Clock(), Meanwhile()
    day = clock().astimezone(practice.zone) + timedelta(days=3)
    return Surgery(
        database=database,
        google=google,
        practice=practice,
        clock=clock,
        meanwhile=meanwhile,
        desk=Desk(database, MortalCalendar(calendar, Fuse(), meanwhile), clock),
        other=Desk(database, calendar, clock),
        ten=day.replace(hour=10, minute=0, second=0, microsecond=0),
    )


async def appointments(database: Database) -> Sequence[Appointment]:
    """All there are, newest first."""
    found: list[Appointment] = []
    query = ListQuery(limit=200)
    async with database.reading() as uow:
        while True:
            page = await uow.appointments.list(query)
            found += page.items
            if page.next is None:
                return found
            query = ListQuery(limit=200, after=page.next)


async def booked(database: Database) -> list[Appointment]:
    """Those that count."""
    return [row for row in await appointments(database) if row.status == "booked"]


async def unfinished(database: Database) -> Sequence[OutboxRow]:
    """What is still to be done, dead rows among it."""
    async with database.reading() as uow:
        return await uow.outbox.unfinished()
