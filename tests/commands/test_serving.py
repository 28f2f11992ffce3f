"""The server as processes: drained, handed over, replaced and stopped by real signals."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from receptionist.line.console import options_for
from receptionist.line.line import Line
from receptionist.line.report import CallReport
from receptionist.line.script import Wait
from receptionist.telephony.webhooks import RESTART_PAUSE_S
from tests.commands.server_process import ServerProcess, free_port, server_process
from tests.commands.terminal import Terminal
from tests.emulators import deepgram, elevenlabs
from tests.emulators.spoken_audio import SpokenEar, SpokenVoice
from tests.whole_calls.house import environment

pytestmark = pytest.mark.call


@pytest.fixture
async def settings(tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    async with deepgram.deepgram_emulator() as ear, elevenlabs.elevenlabs_emulator() as voice:
        yield environment(
            tmp_path,
            DEEPGRAM_API_KEY=deepgram.KEY,
            DEEPGRAM_BASE_URL=ear.url,
            ELEVENLABS_API_KEY=elevenlabs.KEY,
            ELEVENLABS_BASE_URL=voice.url,
            VAD_PROVIDER="energy",
        )


@dataclass
class Placed:
    """A call going on."""

    line: Line
    placing: asyncio.Task[CallReport]

    @property
    def report(self) -> CallReport:
        """What the caller has seen so far."""
        return self.line.report

    async def hears_more(self) -> None:
        """Wait for more of the receptionist's audio."""
        heard = len(self.report.heard)
        while len(self.report.heard) == heard:
            await asyncio.sleep(0.02)

    async def hang_up(self) -> None:
        """End it, and wait for the last callback."""
        self.line.hang_up()
        await asyncio.wait([self.placing])


PROMISED_S = 2 * RESTART_PAUSE_S
"""A machine that needs longer for its next server has lost the call, and shows nothing here."""


@asynccontextmanager
async def calling(server: ServerProcess) -> AsyncIterator[Placed]:
    """A caller who has been greeted and stays silent for a while."""
    options = options_for(server.url, voice=SpokenVoice(), ear=SpokenEar, pace=1.0)
    line = Line(options, [Wait(30)])
    async with asyncio.timeout(90), asyncio.TaskGroup() as group:
        placing = group.create_task(line.place())
        call = Placed(line, placing)
        await call.hears_more()
        try:
            yield call
        finally:
            await call.hang_up()


@pytest.mark.parametrize(("workers", "streams"), [("1", "picows"), ("3", "uvicorn")])
async def test_after_sigterm_the_calls_on_the_line_finish_and_then_it_stops(
    tmp_path: Path, settings: dict[str, str], workers: str, streams: str
) -> None:
    settings["STREAM_SERVER"] = streams
    async with server_process(tmp_path, "--workers", workers, **settings) as server:
        async with calling(server) as call:
            server.send(signal.SIGTERM)
            await server.until_ready(503)
            await call.hears_more()
            assert server.process.returncode is None
        code = await server.ended()

    assert code in (0, -signal.SIGTERM)
    assert call.report.ended_by == "operator"
    assert call.report.streams == 1


async def call_over_restart(
    tmp_path: Path, workers: str, settings: dict[str, str]
) -> tuple[Placed, float]:
    """A call whose server is followed by another one, and for how long there was none."""
    loop = asyncio.get_running_loop()
    port = free_port()
    short = {**settings, "DRAIN_SECONDS": "0.5"}
    async with (
        server_process(tmp_path, "--workers", workers, port=port, **short) as server,
        calling(server) as call,
    ):
        server.send(signal.SIGTERM)
        since = loop.time()
        await server.ended()
        async with server_process(tmp_path, port=port, **settings):
            away_s = loop.time() - since
            while call.report.streams < 2 and not call.placing.done():
                await asyncio.sleep(0.05)
            if call.report.streams > 1:
                await call.hears_more()
            await call.hang_up()
    return call, away_s


@pytest.mark.parametrize(("workers", "streams"), [("1", "uvicorn"), ("2", "picows")])
async def test_a_call_that_outlasts_the_deadline_is_taken_up_by_the_next_server(
    tmp_path: Path, settings: dict[str, str], workers: str, streams: str
) -> None:
    settings["STREAM_SERVER"] = streams
    for _ in range(3):
        call, away_s = await call_over_restart(tmp_path, workers, settings)
        if call.report.streams > 1 or away_s < PROMISED_S:
            break

    assert call.report.streams == 2
    said = call.report.said_by("receptionist")
    assert "One moment, please. I'll be right back with you." in said
    assert call.report.errors == []


async def test_a_call_in_plain_mode_is_waited_for_as_well(tmp_path: Path) -> None:
    call = {"CallSid": "CA" + "1" * 32, "From": "+15550123", "To": "+15550100"}
    async with (
        server_process(tmp_path, **environment(tmp_path)) as server,
        httpx.AsyncClient(base_url=server.url, trust_env=False) as twilio,
    ):
        await twilio.post("/voice/incoming", data=call)
        server.send(signal.SIGTERM)
        await server.until_ready(503)
        turn = {**call, "SpeechResult": "where can i park", "Confidence": "0.9"}
        answer = await twilio.post("/voice/turn?turn=1", data=turn)
        await twilio.post("/voice/status", data={**call, "CallStatus": "completed"})
        code = await server.ended()

    assert "free parking" in answer.text
    assert code in (0, -signal.SIGTERM)


async def test_a_second_signal_stops_at_once(tmp_path: Path, settings: dict[str, str]) -> None:
    async with (
        server_process(tmp_path, "--workers", "2", **settings) as server,
        calling(server),
    ):
        server.send(signal.SIGTERM)
        await server.until_ready(503)
        server.send(signal.SIGTERM)

        assert await server.ended() == 0


async def test_a_worker_that_dies_is_replaced_and_calls_are_answered(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    async with server_process(tmp_path, "--workers", "2", **settings) as server:
        before = await server.workers()
        os.kill(min(before), signal.SIGKILL)
        async with asyncio.timeout(30):
            while len(after := await server.workers()) < 2 or after == before:
                await asyncio.sleep(0.05)
        await server.until_ready(200)
        async with calling(server) as call:
            pass

    assert len(before) == 2
    assert len(before & after) == 1
    assert call.report.errors == []


async def test_workers_stop_when_their_supervisor_is_killed(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    async with server_process(tmp_path, "--workers", "2", **settings) as server:
        server.send(signal.SIGKILL)

        await server.until_ready(0)


async def test_a_port_in_use_is_said_before_anything_starts(
    tmp_path: Path, settings: dict[str, str], terminal: Terminal
) -> None:
    async with server_process(tmp_path, "--workers", "2", **settings) as server:
        for workers in ("1", "2"):
            ran = await terminal.run_process(
                *("serve", "--port", str(server.port), "--workers", workers), **settings
            )
            assert ran.code == 1
            assert f"PORT={server.port}: cannot listen" in ran.err
            assert ran.out == ""
