"""kill -9 in the middle of calls, again and again; another process takes them up.

    python -m benchmarks.kill --cuts 200 --report kill.json

Callers book by voice over real streams while the process that holds them is killed at random
moments. Dead air counts from the kill to the first sound of the receptionist; the line asks what
comes next at once, so Twilio's own time to notice is not in it. A fact is told when its words
ended `DECIDED_MS` (benchmarks/calls.py) before the kill, when a recogniser has decided them.
"""

import argparse
import asyncio
import json
import logging
import random
import tempfile
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from benchmarks.calls import Call, Callers, Kept, bookings, messages
from benchmarks.servers import Balancer, House, Server, speech_vendors
from db import SqlDatabase, open_database
from tests.postgres import drop_database, make_database, server_url

EVERY_S = (14.0, 24.0)


@dataclass
class Result(Kept):
    """What is printed."""

    kills: int = 0
    cuts: int = 0
    resumed: int = 0
    lost: int = 0
    dead_air_median_ms: float = 0
    dead_air_p95_ms: float = 0
    dead_air_max_ms: float = 0
    facts_forgotten: int = 0


class Lane:
    """Two processes, one of which holds the calls until it is killed."""

    def __init__(self, house: House, at_once: int, seed: int) -> None:
        self.kills = 0
        self._house = house
        self._random = random.Random(seed)
        self._balancer = Balancer()
        self._callers = Callers(self._balancer, at_once, seed)

    @property
    def calls(self) -> list[Call]:
        """All there were."""
        return self._callers.calls

    async def run(self, enough: "Enough") -> None:
        """Until there have been enough cuts; the calls then end undisturbed."""
        holding, spare = await self._house.start(), await self._house.start()
        self._balancer.servers = [holding]
        async with asyncio.TaskGroup() as group:
            calling = group.create_task(self._callers.run())
            while not enough.reached:
                await asyncio.sleep(self._random.uniform(*EVERY_S))
                starting = await self._kill(holding, spare, enough, group)
                holding, spare = spare, await starting
            self._callers.stop()
            await calling

    async def _kill(
        self, holding: Server, spare: Server, enough: "Enough", group: asyncio.TaskGroup
    ) -> asyncio.Task[Server]:
        self._balancer.servers = [spare]
        for call in self._callers.live:
            call.cut()
        enough.cuts += len(self._callers.live)
        self.kills += 1
        await holding.kill()
        return group.create_task(self._house.start())


@dataclass
class Enough:
    """How many calls have been cut, of how many."""

    wanted: int
    cuts: int = 0

    @property
    def reached(self) -> bool:
        """Whether it may end."""
        return self.cuts >= self.wanted


async def judge(result: Result, calls: list[Call], database: SqlDatabase) -> None:
    """Compare what the callers saw with what is stored."""
    gaps: list[int] = []
    booked, left = await bookings(database), await messages(database)
    for call in calls:
        result.cuts += len(call.cuts_ms)
        dead = call.dead_air_ms()
        # A call that ended by itself in the moment of the kill was not waiting for anything.
        lost = [gap for gap in dead if gap is None and call.report.ended_by != "receptionist"]
        result.lost += len(lost)
        gaps += [gap for gap in dead if gap is not None]
        forgotten = call.forgotten()
        result.facts_forgotten += len(forgotten)
        problems = [f"forgot {fact}" for fact in forgotten] + ["lost"] * len(lost)
        problems += await result.compare(call, database, booked, left)
        result.note(call, problems, dead_air_ms=dead)
    result.resumed = len(gaps)
    gaps.sort()
    if gaps:
        result.dead_air_median_ms = median(gaps)
        result.dead_air_p95_ms = gaps[min(len(gaps) - 1, int(len(gaps) * 0.95))]
        result.dead_air_max_ms = gaps[-1]


async def measure(cuts: int, lanes: int, at_once: int, seed: int) -> Result:
    """Kill until so many calls were cut."""
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="receptionist-kill-")))
        url = f"sqlite:///{folder / 'kill.db'}"
        if (server := await server_url()) is not None:
            url, name = await make_database(server)
            stack.push_async_callback(drop_database, server, name)
        vendors = await stack.enter_async_context(speech_vendors())
        house = House(folder, {**vendors, "DATABASE_URL": url})
        await house.command("db", "upgrade")
        await house.command("practice", "load", str(folder / "practice.yaml"))
        stack.push_async_callback(house.close)
        enough = Enough(cuts)
        runs = [Lane(house, at_once, seed + n) for n in range(lanes)]
        async with asyncio.TaskGroup() as group:
            for lane in runs:
                group.create_task(lane.run(enough))
        database = open_database(url)
        await database.start()
        stack.push_async_callback(database.aclose)
        result = Result(kills=sum(lane.kills for lane in runs))
        await judge(result, [call for lane in runs for call in lane.calls], database)
    return result


def main() -> None:
    """Print the figures; exit 1 when anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--lanes", type=int, default=3, help="pairs of processes side by side")
    parser.add_argument("--at-once", type=int, default=3, help="calls on each pair")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=Path)
    asked = parser.parse_args()
    result = asyncio.run(measure(asked.cuts, asked.lanes, asked.at_once, asked.seed))
    figures = asdict(result)
    for name, value in figures.items():
        shown = value if name != "notes" else "\n  ".join(["", *result.notes])
        print(f"{name.replace('_', ' '):22}{shown}")
    if asked.report:
        asked.report.write_text(json.dumps(figures, indent=2))
    wrong = result.lost + result.facts_forgotten + result.bookings_doubled + result.rows_missing
    raise SystemExit(1 if wrong + result.left_open else 0)


if __name__ == "__main__":
    main()
