"""Numbers that callers leave are called only where the practice would call."""

from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI

from db import SqlDatabase
from receptionist.domain.practice import OutgoingRules, Practice
from receptionist.limits.spending import Spending
from receptionist.observability import Metrics
from receptionist.ports.records import StaffMessage
from receptionist.telephony.addresses import Addresses
from receptionist.telephony.call_backs import CallBacks
from receptionist.telephony.signature import RequestVerifier

PREMIUM, ANNA = "+19005551234", "+12125550142"
BASE = "http://127.0.0.1"
PRACTICE = Practice(
    "Maple Street Clinic",
    "America/New_York",
    ("+15550100",),
    "Hello.",
    {},
    outgoing=OutgoingRules(calls_per_day=1),
)


@pytest.fixture
async def database(database: SqlDatabase) -> SqlDatabase:
    now = datetime.now(UTC)
    async with database.transaction() as uow:
        await uow.practices.save(PRACTICE)
        for name, phone in (("premium", PREMIUM), ("anna", ANNA), ("ben", "+12125550143")):
            message = StaffMessage(name, 1, "CA1", "X", phone, "Hi.", "routine", None, "new", now)
            await uow.messages.add(message)
            await uow.messages.record(name, "call_back", by="mia")
    return database


async def press_one(database: SqlDatabase, message: str) -> str:
    async def refused(_path: str) -> None:
        raise AssertionError

    app = FastAPI()
    spending = Spending(database, lambda: datetime.now(UTC), Metrics())
    verifier = RequestVerifier(BASE, None)
    app.include_router(CallBacks(database, verifier, Addresses(BASE), refused, spending).router())
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        form = {"CallSid": f"CA{message}", "Digits": "1"}
        return (await client.post(f"/voice/call-back/pressed?message={message}", data=form)).text


async def ends(database: SqlDatabase, message: str) -> list[str]:
    async with database.reading() as uow:
        history = await uow.messages.history(message)
    return [str(e.detail.get("status")) for e in history if e.kind == "call_back_ended"]


async def test_a_premium_number_left_by_a_caller_is_not_dialled(database: SqlDatabase) -> None:
    document = await press_one(database, "premium")

    assert "<Dial" not in document
    assert PREMIUM not in document
    assert await ends(database, "premium") == ["refused"]


async def test_a_call_back_beyond_those_of_the_day_is_not_dialled(database: SqlDatabase) -> None:
    first = await press_one(database, "anna")
    asked_again = await press_one(database, "anna")
    second = await press_one(database, "ben")

    assert f"<Number>{ANNA}</Number>" in first
    assert f"<Number>{ANNA}</Number>" in asked_again
    assert "<Dial" not in second
