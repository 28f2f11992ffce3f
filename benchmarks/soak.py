"""What one process holds over time under so many calls: memory, files, tasks, threads."""

import asyncio
import re
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks.calls import Callers
from benchmarks.load.outside import vendors
from benchmarks.servers import Balancer, House, Server

ROWS = 20
SHORTEST_S = 5.0
IDLE_S = 60.0
"""After the last call: what a process should have let go of by then, and has not, it keeps."""
HEADING = "minute   calls so far  memory MB  files  tasks  threads"


@dataclass(frozen=True, slots=True)
class Look:
    """A process at one moment."""

    minute: float
    calls: int
    memory_mb: float
    files: int
    tasks: int
    threads: int

    def line(self) -> str:
        """A row of the table."""
        return (
            f"{self.minute:6.1f} {self.calls:14} {self.memory_mb:10.1f} {self.files:6} "
            f"{self.tasks:6} {self.threads:8}"
        )


async def look(server: Server, minute: float, calls: int) -> Look:
    """What the system and the process itself say."""
    folder = Path("/proc") / str(server.process.pid)
    status = (folder / "status").read_text()
    async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
        metrics = (await http.get(f"{server.url}/metrics")).text
    tasks = re.search(r"^receptionist_tasks (\S+)$", metrics, re.MULTILINE)
    return Look(
        minute=minute,
        calls=calls,
        memory_mb=_number(status, "VmRSS") / 1024,
        files=sum(1 for _ in (folder / "fd").iterdir()),
        tasks=int(float(tasks[1])) if tasks else 0,
        threads=_number(status, "Threads"),
    )


def _number(status: str, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+)", status, re.MULTILINE)
    assert found is not None
    return int(found[1])


async def soak(
    at_once: int, minutes: float, seed: int, settings: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Print the table, a row now and then; the last one is of an idle process."""
    looks: list[Look] = []
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="receptionist-")))
        outside = await stack.enter_async_context(vendors())
        house = House(folder, {**outside.settings, **settings})
        stack.push_async_callback(house.close)
        server = await house.start()
        balancer = Balancer()
        balancer.servers = [server]
        callers = Callers(balancer, at_once, seed)
        loop = asyncio.get_running_loop()
        began_s = loop.time()

        async def take() -> None:
            minute = (loop.time() - began_s) / 60
            looks.append(await look(server, minute, len(callers.calls)))
            print(looks[-1].line(), flush=True)

        print(HEADING, flush=True)
        await take()
        async with asyncio.TaskGroup() as group:
            calling = group.create_task(callers.run())
            while loop.time() - began_s < minutes * 60:
                await asyncio.sleep(max(SHORTEST_S, minutes * 60 / ROWS))
                await take()
            callers.stop()
            await calling
        await asyncio.sleep(IDLE_S)
        await take()
    return [asdict(each) for each in looks]
