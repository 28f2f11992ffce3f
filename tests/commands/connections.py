"""Which process holds a connection, as the kernel tells it."""

import asyncio
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from websockets.asyncio.client import ClientConnection

ESTABLISHED = "01"


async def held_by(stream: ClientConnection, pids: Iterable[int]) -> int:
    """The process at the other end of a loopback connection, once nobody else has it."""
    async with asyncio.timeout(20):
        while len(holders := _holders(stream, pids)) != 1:
            await asyncio.sleep(0.02)
    return holders[0]


def _holders(stream: ClientConnection, pids: Iterable[int]) -> list[int]:
    port = stream.local_address[1]
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, _, remote, state, *_, inode = line.split()[:10]
        if state == ESTABLISHED and int(remote.split(":")[1], 16) == port:
            return [pid for pid in pids if f"socket:[{inode}]" in sockets(pid)]
    return []


def sockets(pid: int) -> set[str]:
    """What the open files of a process are."""
    found = set()
    for each in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            found.add(str(os.readlink(each)))
    return found
