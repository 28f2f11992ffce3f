"""A practice's morning in a real database, for the staff pages: calls, messages, accounts."""

import asyncio
import re
import shutil
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import httpx
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from prometheus_client import CollectorRegistry

from db import SqlDatabase, open_database
from providers.calendar.embedded import EmbeddedCalendar
from providers.live.embedded import EmbeddedLive
from providers.telephony.embedded import EmbeddedTelephony
from receptionist.admin.access import SignedIn
from receptionist.admin.accounts import PasswordAccounts
from receptionist.admin.live import StaffEvents
from receptionist.admin.room import StaffRoom
from receptionist.admin.routes import create_admin
from receptionist.api.webhooks import WebhookSender
from receptionist.booking.desk import build_booking_desk
from receptionist.domain.practice import InboxRules, Practice
from receptionist.numbers.counting import Counting
from receptionist.ports.records import (
    ActionRecord,
    Appointment,
    CallRecord,
    MessageStatus,
    StaffMessage,
    TurnRecord,
)
from receptionist.ports.staff import Account, MessageKind, Recording

NOW = datetime.now(UTC)
BEGAN = NOW - timedelta(minutes=8)
CALL = "CA0123456789abcdef0123456789abcdef"
FORMULA = "=HYPERLINK(1)"
SCRIPT = "<script>alert(document.cookie)</script>"
PHONE = "+15550100142"
PASSWORD = "right"
PEOPLE = {"mia": "staff", "omar": "manager"}

PRACTICE = Practice(
    name="Maple Street Clinic",
    timezone="America/New_York",
    numbers=("+15550100",),
    greeting="Hello",
    hours={},
    inbox=InboxRules(unread_minutes=120, urgent_minutes=10, escalate_to=()),
)


def message(
    message_id: str,
    name: str,
    text: str,
    *,
    minutes: int,
    urgent: bool = False,
    status: MessageStatus = "new",
    recipient: str | None = None,
    kind: MessageKind = "message",
    call_sid: str | None = CALL,
) -> StaffMessage:
    return StaffMessage(
        id=message_id,
        practice_id=1,
        call_sid=call_sid,
        caller_name=name,
        phone=PHONE,
        message=text,
        urgency="urgent" if urgent else "routine",
        recipient=recipient,
        status=status,
        created_at=NOW - timedelta(minutes=minutes),
        kind=kind,
        assignee=None if status == "new" else "omar",
    )


MESSAGES = [
    message("m1", "Ana Souza", "Please call about my results.", minutes=4),
    message(
        "m2",
        "Robert Hale",
        "My stitches have opened and it is bleeding a little. Please call me back.",
        minutes=26,
        urgent=True,
        recipient="Dr. Lee",
    ),
    message("m3", SCRIPT, f"{FORMULA} {SCRIPT}", minutes=190, status="taken", call_sid=None),
    message("m4", "Joan Park", "I'll be ten minutes late.", minutes=300, status="done"),
]


def calls() -> list[CallRecord]:
    one = CallRecord(CALL, 1, PHONE, "+15550100", BEGAN)
    return [
        CallRecord("CA2", 1, PHONE, "+15550100", NOW, channel="phone"),
        one,
        replace(one, call_sid="CA3"),
        replace(one, call_sid="CA4", from_number=None),
        replace(one, call_sid="CA5"),
    ]


ENDS = {
    CALL: ("booked", "caller"),
    "CA3": ("transferred", "transfer"),
    "CA4": ("abandoned", "lost"),
    "CA5": ("emergency", "receptionist"),
}


def turns() -> list[TurnRecord]:
    first = TurnRecord(
        call_sid=CALL,
        number=1,
        at=BEGAN + timedelta(seconds=20),
        caller="I need a check-up on Tuesday.",
        receptionist="Dr. Lee has half past ten, or two o'clock. Which would you like?",
        heard="Dr. Lee has half past ten,",
        timings={
            "recogniser": 210.4,
            "model_first_token": 180.0,
            "first_audio": 95.6,
            "total": 486,
        },
    )
    second = replace(
        first,
        number=2,
        at=BEGAN + timedelta(seconds=40),
        caller=f"Half past ten. My name is {SCRIPT}",
        receptionist="You're booked for Tuesday at half past ten.",
        heard="You're booked for Tuesday at half past ten.",
    )
    return [first, second]


def actions() -> list[ActionRecord]:
    start = "2026-11-24T10:30:00-05:00"
    wanted = {"service": "Check-up", "date_from": "2026-11-24"}
    found = {"ok": True, "slots": [{"start": start}]}
    taken = {"ok": False, "error": "taken", "code": "slot_taken"}
    booked = {"ok": True, "practitioner": "Dr. Lee"}
    booking = {"service": "Check-up", "start": start}
    at = BEGAN + timedelta(seconds=18)
    return [
        ActionRecord(CALL, "t1", "check_availability", wanted, found, at),
        ActionRecord(CALL, "t2", "schedule_appointment", booking, taken, at + timedelta(seconds=9)),
        ActionRecord(
            CALL, "t3", "schedule_appointment", booking, booked, at + timedelta(seconds=20)
        ),
    ]


def appointment() -> Appointment:
    start = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
    return Appointment(
        id="a1",
        practice_id=1,
        call_sid=CALL,
        service="Check-up",
        practitioner="Dr. Lee",
        start=start,
        end=start + timedelta(minutes=30),
        blocks_until=start + timedelta(minutes=35),
        caller_name="Ana Souza",
        phone=PHONE,
        date_of_birth=None,
        status="booked",
    )


async def fill(database: SqlDatabase) -> None:
    """The morning."""
    async with database.transaction() as uow:
        await uow.practices.save(PRACTICE)
        for call in calls():
            await uow.calls.add(call)
        for sid, (outcome, by) in ENDS.items():
            await uow.calls.set_outcome(sid, outcome)
            await uow.calls.end(sid, by, BEGAN + timedelta(seconds=185))
        await uow.turns.save(turns())
        await uow.actions.save(actions())
        await uow.appointments.add(appointment())
        await uow.recordings.add(Recording("RE1", CALL, BEGAN, 12))
        for each in MESSAGES:
            await uow.messages.add(each)
    await Counting(database, lambda: NOW, CollectorRegistry()).look()
    accounts = PasswordAccounts(database)
    for name, role in PEOPLE.items():
        await accounts.add(name, role, by="settings", password=PASSWORD)


_filled: list[Path] = []


def filled_file(directory: Path) -> Path:
    """A database file of one's own with the morning in it; made once, then copied."""
    if not _filled:
        made = directory / "morning.db"
        # In a loop of its own: a test may have one running.
        thread = threading.Thread(target=lambda: asyncio.run(_make(made)))
        thread.start()
        thread.join()
        _filled.append(made)
    copied = directory / "clinic.db"
    shutil.copy(_filled[0], copied)
    return copied


async def _make(path: Path) -> None:
    async with opened(path) as database:
        await database.upgrade()
        await fill(database)


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[SqlDatabase]:
    database = open_database(f"sqlite:///{path}")
    await database.start()
    try:
        yield database
    finally:
        await database.aclose()


def known_to(database: SqlDatabase) -> SignedIn:
    """Accounts by name, without the tenth of a second that a real password check takes."""
    basic = HTTPBasic(auto_error=False)

    async def account(
        given: Annotated[HTTPBasicCredentials | None, Depends(basic)],
    ) -> Account:
        if given is not None and given.password == PASSWORD:
            async with database.reading() as uow:
                found = await uow.accounts.get(given.username)
            if found is not None:
                return found
        raise HTTPException(401, "sign in", headers={"WWW-Authenticate": "Basic"})

    return account


def room_of(database: SqlDatabase, **more: Any) -> StaffRoom:
    calendar = more.get("calendar") or EmbeddedCalendar()
    values: dict[str, Any] = {
        "telephony": EmbeddedTelephony(),
        "desk": build_booking_desk(database, calendar, lambda: datetime.now(UTC)),
        "calendar": calendar,
        "events": StaffEvents(database),
        "public_base": "https://reception.example.com",
        "live": EmbeddedLive(),
        "webhooks": WebhookSender(database, lambda: datetime.now(UTC)),
        **more,
    }
    accounts = PasswordAccounts(database)
    return StaffRoom(database=database, accounts=accounts, signed_in=known_to(database), **values)


def pages_of(room: StaffRoom) -> FastAPI:
    app = FastAPI()
    app.include_router(create_admin(room))
    return app


def token(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


class Staff:
    """Somebody at a browser: asks for pages and posts their forms."""

    def __init__(self, app: FastAPI, name: str | None = "mia") -> None:
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),
            base_url="http://reception.test",
            auth=(name, PASSWORD) if name else None,
        )

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.client.get(path, **more)

    async def post(
        self, path: str, fields: dict[str, Any] | None = None, **more: Any
    ) -> httpx.Response:
        """With the token of our own pages."""
        form = {"token": token((await self.get("/admin")).text), **(fields or {})}
        return await self.client.post(path, data=form, **more)


async def audited(database: SqlDatabase) -> list[tuple[str, str, str]]:
    async with database.reading() as uow:
        rows = await uow.audit.rows_after(0, 1_000)
    return [(row.actor, row.action, row.subject) for row in rows if row.actor in PEOPLE]


async def account(database: SqlDatabase, name: str, phone: str | None) -> None:
    async with database.transaction() as uow:
        known = await uow.accounts.get(name)
        assert known is not None
        await uow.accounts.change(Account(name, known.role, phone))
