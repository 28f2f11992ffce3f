"""A media stream's WebSocket, whoever carries it: frames, limits, pings and closing."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from providers.llm.embedded import EmbeddedLanguageModel
from receptionist.call.warm import Vendors
from tests.call.fakes import FakeRecogniser, FakeVoice
from tests.whole_calls.house import House, environment, open_house

pytestmark = pytest.mark.call
SID = "CA" + "3" * 32
CALL = {"CallSid": SID, "From": "+15550123", "To": "+15550100"}
START = json.dumps(
    {"event": "start", "streamSid": "MZ1", "start": {"streamSid": "MZ1", "callSid": SID}}
)
LARGEST = 1024 * 1024


@pytest.fixture
async def house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stream_server: str
) -> AsyncIterator[House]:
    for name, value in environment(tmp_path, VAD_PROVIDER="energy").items():
        monkeypatch.setenv(name, value)
    vendors = Vendors([FakeRecogniser()], [EmbeddedLanguageModel()], [FakeVoice()])
    monkeypatch.setattr("receptionist.bootstrap.build_vendors", lambda *_: vendors)
    async with open_house() as opened:
        yield opened


@pytest.fixture
async def stream(house: House) -> AsyncIterator[ClientConnection]:
    """A stream that has been accepted and has not begun."""
    answer = await house.post("/voice/incoming", CALL)
    url = "ws" + answer.text.split('url="ws')[1].split('"')[0]
    async with asyncio.timeout(30), websockets.connect(url, proxy=None) as connected:
        yield connected


async def closed(stream: ClientConnection) -> int | None:
    """The code with which the server closes, whatever it says before."""
    with suppress(websockets.ConnectionClosedError):
        async with asyncio.timeout(20):
            async for _ in stream:
                pass
    await stream.wait_closed()
    return stream.close_code


async def test_the_setting_says_who_carries_it(
    stream: ClientConnection, stream_server: str
) -> None:
    assert stream.response is not None
    assert ("date" in stream.response.headers) == (stream_server == "uvicorn")


async def test_a_message_in_several_frames_is_one(stream: ClientConnection) -> None:
    await stream.send([START[:10], START[10:11], "", START[11:]])

    assert json.loads(await stream.recv())["event"] == "media"


async def test_a_ping_between_the_frames_of_a_message_is_answered(
    stream: ClientConnection,
) -> None:
    async def pinging() -> AsyncIterator[str]:
        yield START[:10]
        await (await stream.ping())
        yield START[10:]

    await stream.send(pinging())

    assert json.loads(await stream.recv())["event"] == "media"


async def test_text_that_is_none_ends_the_stream(stream: ClientConnection) -> None:
    await stream.send(b'{"event":"\xff"}', text=True)

    assert await closed(stream) == 1007


async def test_a_message_too_large_ends_the_stream(stream: ClientConnection) -> None:
    await stream.send("x" * (LARGEST + 1))

    assert await closed(stream) == 1009


async def test_a_message_too_large_in_small_frames_ends_the_stream(
    stream: ClientConnection,
) -> None:
    await stream.send(["x" * (LARGEST // 4)] * 5)

    assert await closed(stream) == 1009


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(b"\x81\x02hi", id="not masked"),
        pytest.param(b"\x80\x82\0\0\0\0hi", id="continues nothing"),
        pytest.param(b"\x01\x82\0\0\0\0hi\x81\x82\0\0\0\0hi", id="begins twice"),
        pytest.param(b"\xc1\x82\0\0\0\0hi", id="reserved bit"),
        pytest.param(b"\x83\x82\0\0\0\0hi", id="unknown kind"),
        pytest.param(b"\x09\x82\0\0\0\0hi", id="ping in parts"),
    ],
)
async def test_a_frame_against_the_protocol_ends_the_stream(
    stream: ClientConnection, frame: bytes
) -> None:
    stream.transport.write(frame)

    assert await closed(stream) == 1002


@pytest.mark.parametrize("code", [1000, 1001, 3000, 4321])
async def test_a_close_is_answered_and_the_call_can_be_taken_up(
    house: House, stream: ClientConnection, code: int
) -> None:
    await stream.send(START)
    await stream.recv()

    await stream.close(code)
    answer = await house.post("/voice/ended", {"CallSid": SID, "CallStatus": "in-progress"})

    assert stream.close_code == code
    assert "<Stream" in answer.text


async def test_a_close_without_a_code_is_answered(stream: ClientConnection) -> None:
    stream.transport.write(b"\x88\x80\0\0\0\0")

    assert await closed(stream) in (1000, 1005)


async def test_a_stream_that_has_ended_is_closed_in_order(stream: ClientConnection) -> None:
    await stream.send(START)
    await stream.send(json.dumps({"event": "stop", "streamSid": "MZ1", "stop": {"callSid": SID}}))

    assert await closed(stream) == 1000


async def test_frames_that_come_all_at_once_are_all_heard(
    house: House, stream: ClientConnection
) -> None:
    media = json.dumps(
        {"event": "media", "streamSid": "MZ1", "media": {"payload": "/w==", "timestamp": "1"}}
    )
    await stream.send(START)
    for _ in range(3000):
        await stream.send(media)
    await stream.send(json.dumps({"event": "stop", "streamSid": "MZ1", "stop": {"callSid": SID}}))

    assert await closed(stream) == 1000
    assert (await house.get(f"calls/{SID}"))["ended_by"] == "caller"


async def test_a_server_that_stops_says_so(house: House, stream: ClientConnection) -> None:
    await stream.send(START)
    await stream.recv()

    house.stop()

    assert await closed(stream) == 1012


async def by_hand(
    house: House, *, version: int
) -> tuple[str, asyncio.StreamReader, asyncio.StreamWriter]:
    """A new call's stream, and a connection on which it has been asked for."""
    answer = await house.post("/voice/incoming", CALL)
    url = "ws" + answer.text.split('url="ws')[1].split('"')[0]
    host, port = house.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = [
        f"GET {url.split(port, 1)[1]} HTTP/1.1",
        f"Host: {host}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        f"Sec-WebSocket-Version: {version}",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    return url, reader, writer


async def test_another_version_is_refused_and_leaves_the_token(house: House) -> None:
    url, reader, writer = await by_hand(house, version=8)

    async with asyncio.timeout(20):
        status = (await reader.readline()).split()[1]
    writer.close()

    assert status in (b"400", b"426")
    async with websockets.connect(url, proxy=None):
        pass


async def test_who_does_not_wait_for_the_answer_is_heard_all_the_same(house: House) -> None:
    _, reader, writer = await by_hand(house, version=13)

    writer.write(b"\x81" + bytes([0x80 | len(START), 0, 0, 0, 0]) + START.encode())
    async with asyncio.timeout(20):
        status = (await reader.readline()).split()[1]
        await reader.readuntil(b'"event":"media"')
    writer.close()

    assert status == b"101"
