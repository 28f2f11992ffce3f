"""One server with an empty database, and one number of calls on it."""

import argparse
import asyncio
import os
import tempfile
from collections.abc import Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from benchmarks.load.machine import ProcessWatch, json_us, on_cores
from benchmarks.load.outside import Vendors, pace_of, vendors
from benchmarks.load.shares import shares
from benchmarks.load.vendors import reference
from benchmarks.servers import PUBLIC_URL, ROOT, House, Server
from receptionist.line.console import options_for
from receptionist.line.load.plan import Load
from receptionist.line.load.run import Conductor, Result
from receptionist.line.network import Weather
from receptionist.line.script import Say, Step
from tests.emulators.spoken_audio import SpokenVoice
from tests.postgres import drop_database, make_database

SHORTEST_TURN_S = 3.0
"""A sentence of the caller's and one of ours take longer."""
UNLIMITED = {"CALLS_PER_NUMBER": "off", "CALLS_PER_CALLER": "off"}
PROFILED = Path(__file__).parent / "profiled"
Figures = dict[str, Any]


async def measure(asked: argparse.Namespace, calls: int, vad: str) -> tuple[Result, Figures]:
    """So many calls with this detector, and what came of them."""
    async with AsyncExitStack() as stack:
        others = os.sched_getaffinity(0) - {asked.core} if asked.workers == 1 else set()
        stack.enter_context(on_cores(others))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        before_us = json_us()
        outside = await stack.enter_async_context(vendors(asked.ears, pace_of(asked)))
        server = await _server(asked, vad, folder, outside, stack)
        held, visits = loads(asked, calls)
        conductors = [_conductor(load, server) for load in (held, visits) if load.calls]
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(each.run()) for each in conductors]
        result, *visiting = (each.result() for each in running)
        notes = await outside.notes()
    for visit in visiting:
        # What the server has used, it has used for them as well.
        result.tally.stream_s += visit.tally.stream_s
    spreads = shares(result.tally.answers, notes)
    turns = len(spreads.get("our share", ()))
    named = {name: spread.figures() for name, spread in spreads.items()}
    figures = {**result.summary(), "turns": turns, **named, "visits": _visits(visiting)}
    if visiting:
        # Not the cost of those that stay alone.
        figures.pop("server_cpu_ms_per_call_second_when_full", None)
    quickness_us = round((before_us + json_us()) / 2, 2)
    machine = {"load_average": os.getloadavg()[0], "json_us": quickness_us}
    return result, {"calls": calls, "vad": vad, **machine, **figures}


def loads(asked: argparse.Namespace, calls: int) -> tuple[Load, Load]:
    """Calls that are on the line together for `hold` seconds, and those that come meanwhile."""
    ramp_s = calls / asked.rate if asked.rate else asked.ramp
    stays_s = asked.hold + (ramp_s if asked.rate else 0.0)
    weather = Weather(jitter_ms=asked.jitter, bunch_every_s=asked.bunch)
    held = Load(
        calls=calls,
        rate=calls / ramp_s if ramp_s else 0.0,
        hold_s=stays_s,
        barge_in=asked.barge_in,
        processes=-(-calls // asked.calls_per_process),
        weather=weather,
    )
    visits = Load(
        calls=int((stays_s - ramp_s) * asked.arriving),
        rate=asked.arriving,
        hold_s=asked.visit,
        first=calls,
        after_s=ramp_s,
        weather=weather,
    )
    return held, visits


async def _server(
    asked: argparse.Namespace, vad: str, folder: Path, outside: Vendors, stack: AsyncExitStack
) -> Server:
    ours = {"LLM_PROVIDER": asked.model, "VAD_PROVIDER": vad, **UNLIMITED}
    if asked.postgresql:
        ours["DATABASE_URL"], name = await make_database(asked.postgresql)
        stack.push_async_callback(drop_database, asked.postgresql, name)
    if asked.profile:
        asked.profile.mkdir(parents=True, exist_ok=True)
        ours |= {"PROFILE": str(asked.profile.resolve()), "PYTHONPATH": f"{PROFILED}:{ROOT}"}
    house = House(folder, {**outside.settings, **ours, **dict(asked.set)})
    stack.push_async_callback(house.close)
    if asked.workers > 1 or asked.postgresql:
        # Only a single process on SQLite makes its schema itself.
        await house.command("db", "upgrade")
    if asked.workers > 1:
        return await house.start("--workers", str(asked.workers))
    with on_cores({asked.core}):
        return await house.start()


def _conductor(load: Load, server: Server) -> Conductor:
    options = options_for(server.url, public_url=PUBLIC_URL, voice=SpokenVoice())
    return Conductor(load, scripts(load), options, watch=ProcessWatch(server.process.pid))


def scripts(load: Load) -> dict[str, tuple[Step, ...]]:
    """A script a call, because every turn carries a word of its own."""
    turns = int(load.hold_s / SHORTEST_TURN_S) + 1
    return {
        f"call-{n}": tuple(
            Say(f"Please make a note of {reference(n, turn)}.") for turn in range(turns)
        )
        for n in range(load.first, load.first + load.calls)
    }


def _visits(results: Iterable[Result]) -> Figures:
    shown = ("calls", "outcomes", "first_audio_after_start_ms", "gaps")
    return {name: result.summary()[name] for result in results for name in shown}
