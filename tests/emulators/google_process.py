"""Google Calendar on loopback as a process of its own, and orders to it.

`python -m tests.emulators.google_process --key-file key.json --calendar lee@example.com`
prints its URL, and takes the methods named in `REMOTE` on `POST /control`.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from tests.emulators.google import GoogleEmulator


async def control(url: str, call: str, **arguments: Any) -> Any:
    """Call a method named in `REMOTE` on an emulator in another process; its result."""
    order = json.dumps({"call": call, "arguments": arguments}, default=datetime.isoformat)
    async with httpx.AsyncClient(timeout=30) as client:
        answer = await client.post(f"{url}/control", content=order)
    return answer.raise_for_status().json()["result"]


@asynccontextmanager
async def google_process(key_file: Path, *calendars: str) -> AsyncIterator[str]:
    """The emulator as a process that several servers share; its URL."""
    arguments = [item for name in calendars for item in ("--calendar", name)]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.emulators.google_process"),
        *("--key-file", str(key_file), *arguments),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()


async def _serve(port: int, key_file: Path, calendars: list[str]) -> None:
    async with GoogleEmulator(port) as emulator:
        emulator.write_key_file(key_file)
        for calendar_id in calendars:
            emulator.add_calendar(calendar_id)
        print(emulator.url, flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key-file", type=Path, required=True)
    parser.add_argument("--calendar", action="append", default=[])
    given = parser.parse_args()
    try:
        asyncio.run(_serve(given.port, given.key_file, given.calendar))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
