"""A clinic that texts, on a clock that a test sets. Monday, March 1st 2027, ten o'clock."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from db import SqlDatabase
from providers.calendar.embedded import EmbeddedCalendar
from receptionist.booking.desk import build_booking_desk
from receptionist.domain.practice import Practice
from receptionist.ports.appointment_book import BookingRequest
from receptionist.ports.calendar import Calendar
from receptionist.ports.follow_up import OutboxRow, Waiting
from receptionist.ports.messaging import Messaging
from receptionist.ports.records import Appointment, ListQuery, StaffMessage
from tests.handlers.clinic import NEW_YORK, NOW, PRACTICE
from tests.texts.post import Post

BASE = "https://reception.example"
NUMBER = PRACTICE.numbers[0]
ANNA, BEN, CARA, DAN = "+12125550123", "+12125550124", "+12125550125", "+12125550126"
TUESDAY_TEN = datetime(2027, 3, 2, 10, tzinfo=NEW_YORK)
LEE = "lee@example.com"
SOON = timedelta(seconds=30)
QUARTER = timedelta(minutes=15)
OFFER = (
    "Maple Street Clinic: Tue, Mar 2 at 10 AM with Dr. Lee has become free. "
    "Reply YES by 10:15 AM to take it, NO to leave it."
)
"""What whoever waits is told when `freed` has happened."""
"""By then what follows a change at once has been done."""


class TextingClinic:
    """One practice, its book, and the phones of its callers."""

    def __init__(
        self,
        database: SqlDatabase,
        practice: Practice,
        calendar: Calendar | None = None,
        messaging: Messaging | None = None,
    ) -> None:
        self.database = database
        self.practice = practice
        self.now = NOW
        self.post = Post()
        self.desk = build_booking_desk(
            database,
            calendar or EmbeddedCalendar(),
            lambda: self.now,
            messaging=messaging or self.post,
            link_base=BASE,
            public_base=BASE,
        )
        self._count = 0

    async def wait(self, passing: timedelta = SOON) -> None:
        """Let time pass, and do what is due then."""
        self.now += passing
        await self.desk.worker.run_due()

    async def book(
        self, start: datetime = TUESDAY_TEN, *, phone: str = ANNA, name: str = "Anna Smith"
    ) -> Appointment:
        """A check-up with Dr. Lee, booked on the line."""
        self._count += 1
        service = self.practice.service("Check-up")
        assert service is not None
        request = BookingRequest(
            practice=self.practice,
            service=service,
            start=start,
            practitioner="Dr. Lee",
            caller_name=name,
            phone=phone,
            date_of_birth=date(1984, 3, 12),
            notes="has a cough",
            call_sid=f"CA{self._count}",
            key=f"CA{self._count}:tool",
        )
        return await self.desk.book.book(request, self.now)

    async def cancel(self, appointment: Appointment) -> Appointment:
        """By the caller, on the line."""
        return await self.desk.book.cancel(appointment.id, "caller", call_sid="CA9")

    async def move(self, appointment: Appointment, start: datetime) -> Appointment:
        """By the caller, on the line."""
        return await self.desk.book.move(
            self.practice, appointment, start, self.now, call_sid="CA9"
        )

    async def joins(self, phone: str, **changed: Any) -> Waiting:
        """Somebody comes onto the waiting list, behind those who are on it."""
        self._count += 1
        waiting = Waiting(
            id="",
            practice_id=self.practice.id,
            call_sid=f"CA{self._count}",
            service="Check-up",
            practitioner=None,
            first_day=date(2027, 3, 1),
            last_day=date(2027, 3, 12),
            part_of_day=None,
            caller_name=f"Caller {phone[-3:]}",
            phone=phone,
            date_of_birth=None,
            status="waiting",
            created_at=self.now + timedelta(milliseconds=self._count),
        )
        async with self.database.transaction() as uow:
            return await uow.waiting_list.add(replace(waiting, **changed))

    async def texts_back(self, phone: str, body: str, *, sid: str = "", **more: Any) -> str | None:
        """A text to the practice; its answer."""
        self._count += 1
        return await self.desk.texts.received(
            sid or f"SM{self._count}", phone, NUMBER, body, **more
        )

    def phone(self, number: str) -> list[str]:
        """The texts on a phone."""
        return self.post.phones[number]

    async def waiting(self, one: Waiting) -> Waiting:
        """As it is now."""
        async with self.database.reading() as uow:
            found = await uow.waiting_list.get(one.id)
        assert found is not None
        return found

    async def appointments(self) -> list[Appointment]:
        """Those that are booked."""
        async with self.database.reading() as uow:
            rows = (await uow.appointments.list(ListQuery())).items
        return [row for row in rows if row.status == "booked"]

    async def messages(self) -> Sequence[StaffMessage]:
        """In the staff's inbox."""
        async with self.database.reading() as uow:
            return (await uow.messages.list(ListQuery())).items

    async def undone(self) -> Sequence[OutboxRow]:
        """What is still to be done."""
        async with self.database.reading() as uow:
            return await uow.outbox.unfinished()


async def open_texting_clinic(
    database: SqlDatabase,
    calendar: Calendar | None = None,
    messaging: Messaging | None = None,
    **rules: Any,
) -> TextingClinic:
    """With booking rules of one's own, and a vendor's calendar for Dr. Lee."""
    lee = replace(PRACTICE.practitioners[0], calendar=LEE if calendar else None)
    wanted = replace(
        PRACTICE,
        booking=replace(PRACTICE.booking, **rules),
        practitioners=(lee, *PRACTICE.practitioners[1:]),
    )
    async with database.transaction() as uow:
        practice = await uow.practices.get(await uow.practices.save(wanted))
    assert practice is not None
    return TextingClinic(database, practice, calendar, messaging)


async def freed(clinic: TextingClinic) -> Appointment:
    """Anna has booked Tuesday at ten and cancels it."""
    return await clinic.cancel(await clinic.book())
