"""The vendors' processes as a benchmark starts them."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.load.shares import Note
from benchmarks.servers import ROOT

LONGEST_LINE = 1 << 28
"""Notes of a load are one line."""


@dataclass
class Vendors:
    """Other processes, their settings, and what they noted."""

    processes: list[asyncio.subprocess.Process]
    settings: dict[str, str]

    async def notes(self) -> list[Note]:
        """Everything; nothing more is asked of them."""
        noted: list[Note] = []
        for process in self.processes:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.close()
            kept = json.loads(await process.stdout.readline())
            noted += [(str(event), str(reference), float(at_s)) for event, reference, at_s in kept]
        return sorted(noted, key=lambda note: note[2])


@asynccontextmanager
async def vendors(ears: int = 1, thinks_s: float = 0.0) -> AsyncIterator[Vendors]:
    """All three, reached by their official SDKs; the recogniser in so many processes.

    `thinks_s` seconds pass until the model answers.
    """
    async with AsyncExitStack() as stack:
        first, settings = await stack.enter_async_context(_process("--thinks", str(thinks_s)))
        port = str(urlsplit(settings["DEEPGRAM_BASE_URL"]).port)
        more = [await stack.enter_async_context(_process("--port", port)) for _ in range(1, ears)]
        yield Vendors([first, *(process for process, _ in more)], settings)


@asynccontextmanager
async def _process(
    *arguments: str,
) -> AsyncIterator[tuple[asyncio.subprocess.Process, dict[str, str]]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.load.vendors", *arguments),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
    )
    assert process.stdout is not None
    try:
        yield process, json.loads(await process.stdout.readline())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
