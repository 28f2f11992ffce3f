"""The vendors' process as a benchmark starts it."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from benchmarks.load.shares import Note
from benchmarks.servers import ROOT


@dataclass
class Vendors:
    """Another process, its settings, and what it noted."""

    process: asyncio.subprocess.Process
    settings: dict[str, str]

    async def notes(self) -> list[Note]:
        """Everything; nothing more is asked of it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        noted = json.loads(await self.process.stdout.readline())
        return [(str(event), str(reference), float(at_s)) for event, reference, at_s in noted]


@asynccontextmanager
async def vendors() -> AsyncIterator[Vendors]:
    """All three, reached by their official SDKs."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.load.vendors"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 26,
    )
    assert process.stdout is not None
    try:
        yield Vendors(process, json.loads(await process.stdout.readline()))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
