"""The staff's pages of a whole server, with the phone company's REST API on loopback."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from twilio.request_validator import RequestValidator

from tests.admin.clinic import token
from tests.commands.server_process import server_process
from tests.emulators.deepgram import KEY, deepgram_emulator
from tests.emulators.spoken_audio import recorded
from tests.emulators.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioEmulator, twilio_emulator
from tests.whole_calls.house import PASSWORD, House, environment, open_house

pytestmark = pytest.mark.call

PUBLIC = "https://reception.example.com"
CALLER = "+12125550142"


@pytest.fixture
async def emulator() -> AsyncIterator[TwilioEmulator]:
    async with twilio_emulator() as running:
        yield running


@pytest.fixture
async def house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, emulator: TwilioEmulator
) -> AsyncIterator[House]:
    twilio = {
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_BASE_URL": emulator.url,
        "PUBLIC_URL": PUBLIC,
    }
    for name, value in environment(tmp_path, **twilio).items():
        monkeypatch.setenv(name, value)
    async with open_house() as opened:
        yield opened


@pytest.fixture
async def staff(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=house.url, auth=("admin", PASSWORD), timeout=20
    ) as client:
        yield client


async def ask(house: House, address: str, **form: str) -> httpx.Response:
    """A webhook at one of our public addresses, signed."""
    path = address.removeprefix(PUBLIC)
    signature = RequestValidator(AUTH_TOKEN).compute_signature(f"{PUBLIC}{path}", form)
    async with httpx.AsyncClient(timeout=20) as client:
        headers = {"X-Twilio-Signature": signature}
        return await client.post(f"{house.url}{path}", data=form, headers=headers)


async def leave_voicemail(house: House) -> None:
    call: dict[str, Any] = {"CallSid": "CAmail", "From": CALLER, "To": "+15550100"}
    await ask(house, "/voice/incoming", **call)
    sound = {"RecordingSid": "RE1", "RecordingUrl": "https://api.twilio.com/RE1"}
    done = {"RecordingDuration": "7", "RecordingStatus": "completed"}
    await ask(house, "/voice/recording", **call, **sound, **done)


async def test_a_voicemail_is_called_back_through_the_staffs_phone(
    house: House, emulator: TwilioEmulator, staff: httpx.AsyncClient
) -> None:
    await leave_voicemail(house)
    message = (await staff.get("/api/v1/messages")).json()["items"][0]
    page = f"/admin/messages/{message['id']}"
    own = {"token": token((await staff.get("/admin/profile")).text), "phone": "+12125550177"}
    await staff.post("/admin/profile", data=own)

    form = {"token": own["token"], "version": "1"}
    rung = await staff.post(f"{page}/call-back", data=form)
    _, _, placed = emulator.requests[-1]
    asked = await ask(house, placed["Url"], CallSid="CAout")
    pressed = await ask(
        house, placed["Url"].replace("call-back?", "call-back/pressed?"), Digits="1"
    )
    await ask(house, placed["StatusCallback"], CallStatus="completed")
    shown = (await staff.get(page)).text

    assert rung.headers["location"] == f"{page}?calling=1"
    assert (placed["To"], placed["From"]) == ("+12125550177", "+15550100")
    assert "<Gather" in asked.text
    assert f"<Number>{CALLER}</Number>" in pressed.text
    for words in ("admin called back", "admin was put through", "The call back was answered."):
        assert words in shown


async def test_a_recording_is_played_and_deleted_with_its_call(
    house: House, emulator: TwilioEmulator, staff: httpx.AsyncClient
) -> None:
    emulator.recordings["RE1"] = b"ID3 sound"
    await leave_voicemail(house)
    page = (await staff.get("/admin/calls/CAmail")).text
    sound = await staff.get("/admin/calls/CAmail/recordings/RE1")
    async with house.services.database.transaction() as uow:
        now = house.services.staff_room.now()
        await uow.calls.end("CAmail", "caller", now.replace(year=now.year - 1))

    form = {"token": token((await staff.get("/admin")).text), "sure": "yes"}
    await staff.post("/admin/calls/CAmail/erase", data=form)
    await house.services.booking.worker.run_due()

    assert "Recording, 7 seconds" in page
    assert sound.content == b"ID3 sound"
    assert emulator.recordings == {}


async def test_a_browser_that_listens_does_not_keep_a_server_from_stopping(
    tmp_path: Path,
) -> None:
    settings = environment(tmp_path)
    async with (
        server_process(tmp_path, **settings) as server,
        httpx.AsyncClient(auth=("admin", PASSWORD), timeout=20) as client,
        client.stream("GET", f"{server.url}/admin/events?topics=inbox") as events,
    ):
        lines = events.aiter_lines()
        assert (await anext(lines)).startswith("retry:")

        server.send(signal.SIGTERM)
        rest = [line async for line in lines if line]
        code = await server.ended()

    assert rest == [], "the stream was ended, not broken off"
    assert code in (0, -signal.SIGTERM)


async def test_a_voicemails_words_are_in_the_inbox_once_there_is_a_recogniser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, house: House, emulator: TwilioEmulator
) -> None:
    emulator.recordings["RE1"] = recorded("please call me back about thursday")
    await leave_voicemail(house)
    before = (await house.get("messages"))["items"]
    async with deepgram_emulator() as ear:
        monkeypatch.setenv("DEEPGRAM_API_KEY", KEY)
        monkeypatch.setenv("DEEPGRAM_BASE_URL", ear.url)
        async with open_house() as next_house:
            async with asyncio.timeout(20):
                while (after := (await next_house.get("messages"))["items"]) == before:
                    await asyncio.sleep(0.05)

    assert "thursday" not in before[0]["message"]
    assert after[0]["message"].endswith("please call me back about thursday")
