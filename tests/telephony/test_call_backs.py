"""Calling a caller back, as Twilio asks for it."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from twilio.request_validator import RequestValidator

from db import SqlDatabase
from receptionist.domain.practice import Practice
from receptionist.limits.spending import Spending
from receptionist.observability import Metrics
from receptionist.ports.records import StaffMessage
from receptionist.telephony.addresses import Addresses
from receptionist.telephony.call_backs import CallBacks
from receptionist.telephony.signature import RequestVerifier

BASE = "https://reception.example.com"
TOKEN = "12345678901234567890123456789012"
CALLER = "+15550142"
PRACTICE = Practice("Maple Street Clinic", "America/New_York", ("+15550100",), "Hello.", {})
NAME = "Robert Hale"


class Twilio:
    """Asks our webhooks as Twilio does."""

    def __init__(self, app: FastAPI, database: SqlDatabase) -> None:
        self.database = database
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE)

    async def ask(self, step: str = "", message: str = "m1", **form: str) -> httpx.Response:
        url = f"{BASE}/voice/call-back{step}?message={message}"
        form = {"CallSid": "CAout", **form}
        signature = RequestValidator(TOKEN).compute_signature(url, form)
        headers = {"X-Twilio-Signature": signature}
        return await self._client.post(url, data=form, headers=headers)

    async def ask_unsigned(self) -> httpx.Response:
        return await self._client.post(f"{BASE}/voice/call-back?message=m1", data={"CallSid": "x"})

    async def begin(self) -> None:
        async with self.database.transaction() as uow:
            await uow.messages.record("m1", "call_back", by="mia")

    async def happened(self) -> list[tuple[str, str, Any]]:
        async with self.database.reading() as uow:
            history = await uow.messages.history("m1")
        return [(event.actor, event.kind, event.detail.get("status")) for event in history[1:]]


@pytest.fixture
async def twilio(database: SqlDatabase) -> Twilio:
    now = datetime.now(UTC)
    async with database.transaction() as uow:
        await uow.practices.save(PRACTICE)
        await uow.messages.add(
            StaffMessage("m1", 1, "CA1", NAME, CALLER, "Stitches.", "urgent", None, "new", now)
        )

    async def refused(_path: str) -> None:
        """Kept elsewhere."""

    app = FastAPI()
    verifier = RequestVerifier(BASE, TOKEN)
    spending = Spending(database, lambda: datetime.now(UTC), Metrics())
    app.include_router(CallBacks(database, verifier, Addresses(BASE), refused, spending).router())
    return Twilio(app, database)


async def test_nothing_is_said_of_the_caller_before_a_key_is_pressed(twilio: Twilio) -> None:
    document = (await twilio.ask()).text

    assert "Maple Street Clinic" in document
    assert f'action="{BASE}/voice/call-back/pressed?message=m1"' in document
    assert NAME not in document
    assert CALLER not in document


async def test_one_puts_the_caller_through_who_sees_the_practices_number(twilio: Twilio) -> None:
    await twilio.begin()

    document = (await twilio.ask("/pressed", Digits="1")).text
    await twilio.ask("/over", DialCallStatus="completed")
    await twilio.ask("/status", CallStatus="completed")

    assert (
        '<Dial action="https://reception.example.com/voice/call-back/over?message=m1"' in document
    )
    assert 'callerId="+15550100"' in document
    assert f"<Number>{CALLER}</Number>" in document
    assert await twilio.happened() == [
        ("mia", "call_back", None),
        ("mia", "call_back_connected", None),
        ("telephony", "call_back_ended", "completed"),
    ]


async def test_a_voice_mail_that_picks_up_the_staffs_phone_reaches_no_caller(
    twilio: Twilio,
) -> None:
    await twilio.begin()

    silent = (await twilio.ask()).text
    wrong = (await twilio.ask("/pressed", Digits="5")).text
    await twilio.ask("/status", CallStatus="completed")

    assert silent.index("Nobody pressed one") > silent.index("</Gather>")
    assert "<Dial" not in wrong
    assert await twilio.happened() == [
        ("mia", "call_back", None),
        ("telephony", "call_back_ended", "not-accepted"),
    ]


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed"])
async def test_how_it_ended_is_kept_once_in_whatever_order_it_is_told(
    twilio: Twilio, status: str
) -> None:
    await twilio.begin()
    await twilio.ask("/pressed", Digits="1")

    for _ in range(2):
        await twilio.ask("/over", DialCallStatus=status)
        await twilio.ask("/status", CallStatus="completed")

    assert (await twilio.happened())[2:] == [("telephony", "call_back_ended", status)]


async def test_nobody_is_rung_who_was_not_to_be_called_back(twilio: Twilio) -> None:
    never_begun = (await twilio.ask("/pressed", Digits="1")).text
    unknown = (await twilio.ask(message="m9")).text

    assert "<Dial" not in never_begun
    assert "not there any more" in unknown


async def test_a_request_that_is_not_twilios_is_refused(twilio: Twilio) -> None:
    assert (await twilio.ask_unsigned()).status_code == 403
