"""Several processes on one port: who holds a call, and what they say of themselves together."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import httpx
import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from tests.commands.connections import held_by
from tests.commands.server_process import ServerProcess, server_process
from tests.emulators import deepgram, elevenlabs
from tests.whole_calls.house import environment

pytestmark = pytest.mark.call
WORKERS = 3


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ServerProcess]:
    async with deepgram.deepgram_emulator() as ear, elevenlabs.elevenlabs_emulator() as voice:
        settings = environment(
            tmp_path,
            DEEPGRAM_API_KEY=deepgram.KEY,
            DEEPGRAM_BASE_URL=ear.url,
            ELEVENLABS_API_KEY=elevenlabs.KEY,
            ELEVENLABS_BASE_URL=voice.url,
            VAD_PROVIDER="energy",
        )
        async with server_process(tmp_path, "--workers", str(WORKERS), **settings) as running:
            # One answers at once; the others are to be there as well.
            async with asyncio.timeout(60):
                while (await metrics(running)).get("process_max_fds", 0) < WORKERS * limit():
                    await asyncio.sleep(0.1)
            yield running


def limit() -> int:
    """Files a process may open."""
    line = next(
        line
        for line in Path("/proc/self/limits").read_text().splitlines()
        if line.startswith("Max open files")
    )
    return int(line.split()[3])


async def metrics(server: ServerProcess) -> dict[str, float]:
    """What one of the processes says."""
    async with httpx.AsyncClient(trust_env=False) as client:
        text = (await client.get(f"{server.url}/metrics")).text
    rows = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in rows}


async def ring(server: ServerProcess, number: int) -> str:
    """A new call's stream."""
    call = {"CallSid": f"CA{number:032}", "From": f"+1555{number:07}", "To": "+15550100"}
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{server.url}/voice/incoming", data=call)
    return "ws" + answer.text.split('url="ws')[1].split('"')[0]


def named(url: str, number: int) -> str:
    """The same stream, meant for another process."""
    start, token = url.rsplit("/", 1)
    return f"{start}/{number}.{token.split('.', 1)[1]}"


async def connected(stack: AsyncExitStack, url: str) -> ClientConnection:
    """An open stream."""
    return await stack.enter_async_context(websockets.connect(url, proxy=None))


async def test_a_stream_is_held_by_the_process_that_its_url_names(server: ServerProcess) -> None:
    async with AsyncExitStack() as stack:
        holders = []
        for each in range(9):
            url = named(await ring(server, each), each % WORKERS)
            stream = await connected(stack, url)
            holders.append(await held_by(stream, await server.workers()))

    assert holders == holders[:WORKERS] * 3
    assert len(set(holders)) == WORKERS


async def test_a_stream_that_names_nobody_there_is_held_all_the_same(
    server: ServerProcess,
) -> None:
    async with AsyncExitStack() as stack:
        for each, number in enumerate((7, 9999)):
            stream = await connected(stack, named(await ring(server, each), number))

            assert await held_by(stream, await server.workers())


async def test_calls_are_spread_evenly(server: ServerProcess) -> None:
    async with AsyncExitStack() as stack:
        streams = [await connected(stack, await ring(server, each)) for each in range(18)]
        workers = await server.workers()
        shares = Counter([await held_by(stream, workers) for stream in streams])

    assert len(shares) == WORKERS
    assert max(shares.values()) - min(shares.values()) <= 2, shares


async def test_a_process_that_is_gone_is_named_no_more(server: ServerProcess) -> None:
    async with AsyncExitStack() as stack:
        first = await held_by(
            await connected(stack, named(await ring(server, 1), 0)), await server.workers()
        )
        os.kill(first, signal.SIGKILL)
        while first in await server.workers():
            await asyncio.sleep(0.02)
        left = await server.workers()
        streams = [await connected(stack, await ring(server, each)) for each in range(2, 5)]

        assert {await held_by(stream, left) for stream in streams} <= left


async def test_whichever_is_asked_metrics_are_those_of_all(server: ServerProcess) -> None:
    async with AsyncExitStack() as stack:
        for each in range(6):
            await connected(stack, named(await ring(server, each), each % WORKERS))
        async with httpx.AsyncClient(trust_env=False) as stranger:
            for _ in range(9):
                headers = {"X-Forwarded-For": "203.0.113.9"}
                await stranger.post(f"{server.url}/voice/incoming", headers=headers)
        # Each has a connection of its own, so that the kernel chooses anew who answers.
        seen = [await metrics(server) for _ in range(8)]

    assert {each['receptionist_active_calls{channel="stream"}'] for each in seen} == {6}
    assert {each["receptionist_signature_failures_total"] for each in seen} == {9}
    assert len({each["process_start_time_seconds"] for each in seen}) == 1


async def test_what_a_dead_process_counted_stays_and_what_it_held_does_not(
    server: ServerProcess,
) -> None:
    async with AsyncExitStack() as stack:
        streams = [
            await connected(stack, named(await ring(server, each), each)) for each in range(WORKERS)
        ]
        headers = {"X-Forwarded-For": "203.0.113.9"}
        for _ in range(12):
            async with httpx.AsyncClient(trust_env=False) as stranger:
                await stranger.post(f"{server.url}/voice/incoming", headers=headers)
        before = await metrics(server)
        dead = await held_by(streams[0], await server.workers())
        os.kill(dead, signal.SIGKILL)
        after = before
        async with asyncio.timeout(30):
            while after[ACTIVE] == before[ACTIVE]:
                # A request that the dying process had accepted is lost with it.
                with suppress(httpx.TransportError):
                    after = await metrics(server)
                await asyncio.sleep(0.05)

    assert before[ACTIVE] == WORKERS
    assert after[ACTIVE] == WORKERS - 1
    assert after[FAILURES] == before[FAILURES] == 12
    assert after[CPU] >= before[CPU]


ACTIVE = 'receptionist_active_calls{channel="stream"}'
FAILURES = "receptionist_signature_failures_total"
CPU = "process_cpu_seconds_total"
