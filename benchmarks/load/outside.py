"""The vendors' processes as a benchmark starts them."""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
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


def add_pace(parser: argparse.ArgumentParser) -> None:
    """How quick the vendors are."""
    parser.add_argument("--thinks", type=float, default=0.0, help="ms until the model answers")
    parser.add_argument(
        "--tokens", type=float, default=0.0, help="so many it writes a second; 0: all at once"
    )
    parser.add_argument("--voice", type=float, default=0.0, help="ms until a voice is heard")
    parser.add_argument("--long", action="store_true", help="answers are one long sentence")


def pace_of(asked: argparse.Namespace) -> list[str]:
    """The same for their process."""
    token_s = 1 / asked.tokens if asked.tokens else 0.0
    seconds = {"thinks": asked.thinks / 1000, "token": token_s, "voice": asked.voice / 1000}
    named = [f"--{name}={value}" for name, value in seconds.items()]
    return [*named, "--long"] if asked.long else named


@asynccontextmanager
async def vendors(ears: int = 1, pace: Sequence[str] = ()) -> AsyncIterator[Vendors]:
    """All three, reached by their official SDKs; the recogniser in so many processes.

    `pace` are arguments of `benchmarks.load.vendors`.
    """
    async with AsyncExitStack() as stack:
        first, settings = await stack.enter_async_context(_process(*pace))
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
