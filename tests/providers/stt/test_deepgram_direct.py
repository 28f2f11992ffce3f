"""What the direct client has to do itself, because picows leaves it to its user."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr
from websockets.asyncio.server import ServerConnection, serve

pytest.importorskip("picows")

from providers.stt.deepgram import ADAPTER, DeepgramSettings
from receptionist.errors import ProviderUnavailable
from receptionist.ports.speech_to_text import EndOfTurn, Recognition
from tests.emulators.deepgram import KEY, deepgram_emulator

END = json.dumps({"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": 1.5})


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Recognition]:
    settings = DeepgramSettings(api_key=SecretStr(KEY), base_url=url, client="direct")
    stt = ADAPTER.build(settings)
    async with stt.recognise(language="en") as recognition:
        yield recognition
    await stt.close()


@asynccontextmanager
async def server(answer: Callable[[ServerConnection], Awaitable[None]]) -> AsyncIterator[str]:
    async def hold(connection: ServerConnection) -> None:
        await answer(connection)
        await connection.wait_closed()

    async with serve(hold, "127.0.0.1", 0) as running:
        port = next(iter(running.sockets)).getsockname()[1]
        yield f"http://127.0.0.1:{port}"


async def test_a_message_in_several_frames_is_one_message() -> None:
    async def in_pieces(connection: ServerConnection) -> None:
        await connection.send([END[:10], END[10:30], END[30:]])

    async with server(in_pieces) as url, connected(url) as recognition:
        event = await anext(aiter(recognition.events()))

    assert event == EndOfTurn(until_ms=1500)


async def test_a_message_of_another_shape_is_skipped() -> None:
    async def strange(connection: ServerConnection) -> None:
        for text in ('{"type":"Results","channel":"none"}', "[1]", "{", '"', END):
            await connection.send(text)

    async with server(strange) as url, connected(url) as recognition:
        event = await anext(aiter(recognition.events()))

    assert event == EndOfTurn(until_ms=1500)


async def test_seconds_of_audio_at_once_arrive_whole() -> None:
    audio = bytes(range(256)) * 160

    async with deepgram_emulator() as emulator, connected(emulator.url) as recognition:
        await recognition.send(audio)

    assert emulator.audio_bytes == len(audio)
    assert emulator.messages == ["CloseStream"]


async def test_a_connection_that_was_closed_takes_no_more_audio() -> None:
    async def leave(connection: ServerConnection) -> None:
        await connection.close()

    async with server(leave) as url, connected(url) as recognition:
        with pytest.raises(ProviderUnavailable):
            await anext(aiter(recognition.events()))
        with pytest.raises(ProviderUnavailable):
            await recognition.send(b"\xff" * 800)


async def test_what_answers_without_a_socket_is_unavailable() -> None:
    async with server(lambda _: _never()) as url:
        with pytest.raises(ProviderUnavailable):
            async with connected(url.replace("http:", "https:")):
                pass


async def _never() -> None: ...
