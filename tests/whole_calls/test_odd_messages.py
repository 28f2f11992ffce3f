"""A stream that talks nonsense: counted, survived, and nobody beside it notices."""

import asyncio
import base64
import json
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from providers.llm.embedded import EmbeddedLanguageModel
from receptionist.call.warm import Vendors
from receptionist.voice.media_stream import LARGEST_MESSAGE
from tests.call.fakes import FakeRecogniser, FakeVoice
from tests.whole_calls.held import LOUD, answered_call, held_call
from tests.whole_calls.house import House, environment, open_house

pytestmark = [pytest.mark.call, pytest.mark.usefixtures("stream_server")]
SID = "CA" + "7" * 32
STREAM = "MZ" + "7" * 32


def message(event: str, *, stream: str = STREAM, **body: Any) -> str:
    return json.dumps({"event": event, "streamSid": stream, **body})


def media(payload: str, timestamp: str, **more: Any) -> str:
    part = {"track": "inbound", "payload": payload, "timestamp": timestamp, **more}
    return message("media", media=part)


START = message("start", start={"streamSid": STREAM, "callSid": SID, "accountSid": "AC1"})
OVERSIZED = message("media", media={"payload": "A" * LARGEST_MESSAGE, "timestamp": "1"})
ODD: dict[str, list[str | bytes]] = {
    "malformed": [
        "",
        "null",
        "[]",
        "{",
        "\x00",
        '"start"',
        '{"event":',
        "[" * 5000,
        '{"event":"media"}',
        '{"event":7}',
        '{"event":"start"}',
        message("media"),
        message("media", media=None),
        message("dtmf", dtmf={"digit": None}),
        message("dtmf", dtmf={"digit": "12"}),
        message("dtmf", dtmf={}),
        message("mark", mark={}),
        message("mark"),
        media("%%%", "5"),
        media(LOUD, "soon"),
    ],
    "binary": [b"", b"\x00\xff" * 40, START.encode()],
    "unknown_event": ['{"event":"brand_new","x":1}', '{"event":""}', '{"event":"closed"}'],
    "second_start": [START],
    "wrong_track": [media(LOUD, "5", track="outbound")],
    "wrong_stream": [
        message("media", stream="MZ1", media={"payload": LOUD, "timestamp": "5"}),
        message("dtmf", stream="MZ1", dtmf={"track": "inbound_track", "digit": "0"}),
        message("stop", stream="MZ1", stop={"callSid": SID}),
    ],
    "timestamp": [media(LOUD, "-40"), media(LOUD, "99999999999")],
    "sequence": [message("mark", sequenceNumber="900", mark={"name": "never sent"})],
    "oversize": [OVERSIZED],
}


@pytest.fixture
def recogniser() -> FakeRecogniser:
    return FakeRecogniser()


@pytest.fixture
async def house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recogniser: FakeRecogniser
) -> AsyncIterator[House]:
    for name, value in environment(tmp_path, VAD_PROVIDER="energy").items():
        monkeypatch.setenv(name, value)
    vendors = Vendors([recogniser], [EmbeddedLanguageModel()], [FakeVoice()])
    monkeypatch.setattr("receptionist.bootstrap.build_vendors", lambda *_: vendors)
    async with open_house() as opened:
        yield opened


async def stream(house: House, recogniser: FakeRecogniser) -> ClientConnection:
    """A call's stream, not yet begun."""
    call = {"CallSid": SID, "From": "+15550123", "To": "+15550100"}
    answer = await house.post("/voice/incoming", call)
    url = "ws" + answer.text.split('url="ws')[1].split('"')[0]
    connected = await websockets.connect(url, proxy=None, max_size=None)
    await recogniser.opened.get()
    return connected


async def counted(house: House) -> dict[str, float]:
    """Anomalies by kind, as `/metrics` shows them."""
    async with httpx.AsyncClient(trust_env=False) as client:
        text = (await client.get(f"{house.url}/metrics")).text
    prefix = 'receptionist_stream_anomalies_total{kind="'
    rows = [line.removeprefix(prefix) for line in text.splitlines() if line.startswith(prefix)]
    return {row.split('"')[0]: float(row.rsplit(" ", 1)[1]) for row in rows}


async def goes_on(house: House, recogniser: FakeRecogniser) -> None:
    """Another caller is greeted, answered and kept."""
    async with held_call(house, recogniser, "+15550188") as (call, group):
        await answered_call(call, group)
        call.says("where can i park")
        await call.until_heard("free parking")
        await call.stop()


async def read_marks(connected: ClientConnection, names: list[str]) -> None:
    """Answer marks as Twilio does, and keep what was said."""
    async for text in connected:
        got = json.loads(text)
        if got["event"] == "mark":
            names.append(got["mark"]["name"])
            await connected.send(message("mark", mark=got["mark"]))


async def test_a_thousand_odd_messages_are_counted_and_the_call_goes_on(
    house: House, recogniser: FakeRecogniser
) -> None:
    connected = await stream(house, recogniser)
    early = ["{}", message("mark", mark={"name": "x"}), media(LOUD, "5"), b"\x00"]
    marks: list[str] = []
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for each in early:
            await connected.send(each)
        await connected.send(START)
        reading = group.create_task(read_marks(connected, marks))
        for each in thousand():
            await connected.send(each)
        await goes_on(house, recogniser)
        while not marks:
            await asyncio.sleep(0.02)
        still_there = (await house.get(f"calls/{SID}"))["ended_by"]
        await connected.send(message("stop", stop={"callSid": SID}))
        await connected.send("after the end")
        await reading

    kinds = await counted(house)
    assert still_there is None
    assert (await house.get(f"calls/{SID}"))["ended_by"] == "caller"
    assert set(ODD) <= set(kinds), kinds
    assert kinds["before_start"] == 2
    assert sum(kinds.values()) >= 1000


def thousand() -> Iterator[str | bytes]:
    """Odd messages of every kind, in an order of no sense."""
    kinds = [each for messages in ODD.values() for each in messages if each is not OVERSIZED]
    chosen = random.Random(7).choices(kinds, k=1000)
    chosen[:: len(chosen) // 3] = [OVERSIZED] * len(chosen[:: len(chosen) // 3])
    return iter(chosen)


async def test_a_message_too_large_for_the_socket_ends_that_stream_alone(
    house: House, recogniser: FakeRecogniser
) -> None:
    connected = await stream(house, recogniser)
    async with asyncio.timeout(30):
        await connected.send(START)
        await connected.send("x" * (2 * LARGEST_MESSAGE))
        with pytest.raises(websockets.ConnectionClosed):
            while True:
                await connected.recv()
        await goes_on(house, recogniser)
        answer = await house.post("/voice/ended", {"CallSid": SID, "CallStatus": "in-progress"})

    assert "<Stream" in answer.text, "the call itself goes on"


async def test_audio_of_any_length_is_heard(house: House, recogniser: FakeRecogniser) -> None:
    connected = await stream(house, recogniser)
    lengths = (0, 1, 7, 160, 161, 3200, 32_000)
    async with asyncio.timeout(30), connected:
        await connected.send(START)
        for length in lengths:
            payload = base64.b64encode(b"\xff" * length).decode()
            await connected.send(media(payload, "20"))
        await goes_on(house, recogniser)

    assert set(await counted(house)) <= {"sequence"}
