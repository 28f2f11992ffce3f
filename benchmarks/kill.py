"""kill -9 in the middle of calls, again and again; another process takes them up.

    python -m benchmarks.kill --cuts 200 --report kill.json

Callers book by voice over real streams while the process that holds them is killed at random
moments. Dead air counts from the kill to the first sound of the receptionist; the line asks what
comes next at once, so Twilio's own time to notice is not in it. A fact is told when its words
ended `DECIDED_MS` before the kill, which is when a recogniser has decided them.
"""

import argparse
import asyncio
import json
import logging
import random
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from benchmarks.booking_caller import BookingCaller
from benchmarks.servers import Balancer, House, Server, speech_vendors
from db import SqlDatabase, open_database
from receptionist.line.line import Line
from receptionist.line.report import CallReport
from receptionist.line.voice import MS_PER_CHARACTER, is_audible
from receptionist.ports.records import ListQuery
from tests.emulators.spoken_audio import SpokenEar, SpokenVoice
from tests.postgres import drop_database, make_database, server_url

DECIDED_MS = 1500
LONGEST_CALL_S = 240
FIRST_DAY, DAYS = 2, 80
EVERY_S = (14.0, 24.0)


@dataclass(eq=False)
class Call:
    """One call, and when its process was killed."""

    caller: BookingCaller
    line: Line
    began_s: float
    cuts_ms: list[int] = field(default_factory=list)
    streams_ms: list[int] = field(default_factory=list)
    """When each stream was dialled."""

    @property
    def report(self) -> CallReport:
        """As the caller saw it."""
        return self.line.report

    @property
    def now_ms(self) -> int:
        """Since the call began."""
        return int((time.monotonic() - self.began_s) * 1000)

    def cut(self) -> None:
        """Its process dies now."""
        self.cuts_ms.append(self.now_ms)

    def stream_dialled(self) -> None:
        """The line opens a stream."""
        self.streams_ms.append(self.now_ms)

    def dead_air_ms(self) -> list[int | None]:
        """For each cut, until something was heard on another stream; None: never."""
        sounds = [piece.at_ms for piece in self.report.heard if is_audible(piece.mulaw)]
        found: list[int | None] = []
        for cut in self.cuts_ms:
            again = next((at for at in self.streams_ms if at > cut), None)
            heard = next((at for at in sounds if again is not None and at > again), None)
            found.append(None if heard is None else heard - cut)
        return found

    def forgotten(self) -> list[str]:
        """Facts told before a cut and asked for after it."""
        self.caller.note_told(self.report)
        found = []
        for told in self.caller.told:
            decided = told.at_ms + len(self.caller.says(told.fact)) * MS_PER_CHARACTER + DECIDED_MS
            undisturbed = not any(told.at_ms <= cut <= decided for cut in self.cuts_ms)
            cuts = [cut for cut in self.cuts_ms if cut > decided]
            again = [a for a in self.caller.asked if a.fact == told.fact and a.at_ms > decided]
            if undisturbed and any(asked.at_ms > cut for asked in again for cut in cuts):
                found.append(told.fact)
        return found


@dataclass
class Result:
    """What is printed."""

    kills: int = 0
    calls: int = 0
    cuts: int = 0
    resumed: int = 0
    lost: int = 0
    dead_air_median_ms: float = 0
    dead_air_p95_ms: float = 0
    dead_air_max_ms: float = 0
    booked: int = 0
    facts_forgotten: int = 0
    bookings_doubled: int = 0
    rows_missing: int = 0
    left_open: int = 0
    notes: list[str] = field(default_factory=list)


class Lane:
    """Two processes, one of which holds the calls until it is killed."""

    def __init__(self, house: House, at_once: int, seed: int) -> None:
        self.calls: list[Call] = []
        self.kills = 0
        self._house = house
        self._at_once = at_once
        self._random = random.Random(seed)
        self._seed = seed
        self._balancer = Balancer()
        self._live: set[Call] = set()
        self._over = False

    async def run(self, enough: "Enough") -> None:
        """Until there have been enough cuts; the calls then end undisturbed."""
        holding, spare = await self._house.start(), await self._house.start()
        self._balancer.servers = [holding]
        async with asyncio.TaskGroup() as group:
            callers = [group.create_task(self._call_for_ever(n)) for n in range(self._at_once)]
            while not enough.reached:
                await asyncio.sleep(self._random.uniform(*EVERY_S))
                starting = await self._kill(holding, spare, enough, group)
                holding, spare = spare, await starting
            self._over = True
            await asyncio.wait(callers)

    async def _kill(
        self, holding: Server, spare: Server, enough: "Enough", group: asyncio.TaskGroup
    ) -> asyncio.Task[Server]:
        self._balancer.servers = [spare]
        for call in self._live:
            call.cut()
        enough.cuts += len(self._live)
        self.kills += 1
        await holding.kill()
        return group.create_task(self._house.start())

    async def _call_for_ever(self, place: int) -> None:
        number = 0
        await asyncio.sleep(self._random.uniform(0, 8))
        while not self._over:
            await self._one_call(self._seed * 1000 + number * self._at_once + place)
            number += 1

    async def _one_call(self, number: int) -> None:
        day = datetime.now(UTC).date() + timedelta(days=FIRST_DAY + self._random.randrange(DAYS))
        caller = BookingCaller(self._random.randrange(64), day)
        options = self._balancer.options(
            on_stream=lambda: call.stream_dialled(),
            voice=SpokenVoice(),
            ear=SpokenEar,
            ad_lib=caller.decide,
            pace=1.0,
            from_number=f"+1212555{number % 10000:04d}",
        )
        call = Call(caller, Line(options), time.monotonic())
        self.calls.append(call)
        self._live.add(call)
        try:
            async with asyncio.timeout(LONGEST_CALL_S):
                await call.line.place()
        except TimeoutError:
            call.report.errors.append("did not end")
        finally:
            self._live.discard(call)


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
    for call in calls:
        result.calls += 1
        result.cuts += len(call.cuts_ms)
        dead = call.dead_air_ms()
        # A call that ended by itself in the moment of the kill was not waiting for anything.
        lost = [gap for gap in dead if gap is None and call.report.ended_by != "receptionist"]
        result.lost += len(lost)
        gaps += [gap for gap in dead if gap is not None]
        forgotten = call.forgotten()
        result.facts_forgotten += len(forgotten)
        problems = [f"forgot {fact}" for fact in forgotten] + ["lost"] * len(lost)
        problems += await _stored(result, call, database)
        if problems or call.report.errors:
            words = {"call": call.line.call_sid, "cuts_ms": call.cuts_ms, "dead_air_ms": dead}
            words |= {"problems": problems, "errors": call.report.errors}
            result.notes.append(json.dumps(words))
    result.resumed = len(gaps)
    gaps.sort()
    if gaps:
        result.dead_air_median_ms = median(gaps)
        result.dead_air_p95_ms = gaps[min(len(gaps) - 1, int(len(gaps) * 0.95))]
        result.dead_air_max_ms = gaps[-1]


async def _stored(result: Result, call: Call, database: SqlDatabase) -> list[str]:
    """What is wrong with this call's rows."""
    sid = call.line.call_sid
    async with database.reading() as uow:
        record = await uow.calls.get(sid)
        turns = await uow.turns.of_call(sid)
        actions = await uow.actions.of_call(sid)
        booked = await _bookings(uow, sid)
    problems = []
    result.booked += bool(booked)
    if len(booked) > 1:
        result.bookings_doubled += len(booked) - 1
        problems.append("booked twice")
    if record is None or record.ended_by is None:
        result.left_open += 1
        problems.append("left open")
    numbers = [turn.number for turn in turns]
    # An attempt that was begun early and dropped takes its number with it: a gap is no loss.
    missing = 0 if numbers else 1
    words = " ".join(turn.caller.casefold() for turn in turns)
    told = {t.fact for t in call.caller.told}
    heard = [fact for fact in told if call.caller.says(fact).casefold() not in words]
    undecided = [fact for fact in heard if _cut_short(call, fact)]
    missing += len(heard) - len(undecided)
    done = any(row.name == "schedule_appointment" and row.result.get("ok") for row in actions)
    missing += bool(booked) and not done
    if missing:
        result.rows_missing += missing
        problems.append(f"{missing} rows missing: turns {numbers}, unheard {heard}, acted {done}")
    return problems


def _cut_short(call: Call, fact: str) -> bool:
    """Whether a cut came before the words can have been decided."""
    for told in call.caller.told:
        ends = told.at_ms + len(call.caller.says(told.fact)) * MS_PER_CHARACTER + DECIDED_MS
        if told.fact == fact and any(told.at_ms <= cut <= ends for cut in call.cuts_ms):
            return True
    return False


async def _bookings(uow: object, call_sid: str) -> list[str]:
    found: list[str] = []
    query = ListQuery(limit=200)
    while True:
        page = await uow.appointments.list(query)  # type: ignore[attr-defined]
        found += [a.id for a in page.items if a.call_sid == call_sid and a.status == "booked"]
        if page.next is None:
            return found
        query = ListQuery(limit=200, after=page.next)


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
