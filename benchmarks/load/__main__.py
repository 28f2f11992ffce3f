"""Calls on one core: `python -m benchmarks.load --calls 1,10,50 --vad silero --vad energy`.

The server is pinned to one core (`--core`), callers and vendors to the others. Each number
of calls is a server of its own with an empty database: all of them are on the line for
`--hold` seconds, talking and being answered in turns.
"""

import argparse
import asyncio
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.load.outside import vendors
from benchmarks.load.shares import shares
from benchmarks.load.vendors import reference
from benchmarks.servers import PUBLIC_URL, House
from receptionist.line.console import options_for
from receptionist.line.load.page import page
from receptionist.line.load.plan import Load
from receptionist.line.load.run import Conductor, Result
from receptionist.line.load.server import ServerWatch
from receptionist.line.network import Weather
from receptionist.line.script import Say, Step
from tests.emulators.spoken_audio import SpokenVoice

TURNS = 100
UNLIMITED = {"CALLS_PER_NUMBER": "off", "CALLS_PER_CALLER": "off"}
Figures = dict[str, Any]


def scripts(count: int) -> dict[str, tuple[Step, ...]]:
    """A script a call, because every turn carries a word of its own."""
    return {
        f"call-{n}": tuple(
            Say(f"Please make a note of {reference(n, turn)}.") for turn in range(TURNS)
        )
        for n in range(count)
    }


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Processes that are started meanwhile run on this core only, with all their threads."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


async def measure(asked: argparse.Namespace, calls: int, vad: str) -> tuple[Result, Figures]:
    """A server of its own, with so many calls."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        outside = await stack.enter_async_context(vendors())
        ours = {"LLM_PROVIDER": asked.model, "VAD_PROVIDER": vad, **UNLIMITED}
        house = House(folder, {**outside.settings, **ours, **dict(asked.set)})
        stack.push_async_callback(house.close)
        with on_core(asked.core):
            server = await house.start()
        load = Load(
            calls=calls,
            rate=calls / asked.ramp,
            hold_s=asked.hold,
            barge_in=asked.barge_in,
            processes=-(-calls // asked.calls_per_process),
            weather=Weather(jitter_ms=asked.jitter, bunch_every_s=asked.bunch),
        )
        options = options_for(server.url, public_url=PUBLIC_URL, voice=SpokenVoice())
        watch = ServerWatch(server.url)
        stack.push_async_callback(watch.close)
        result = await Conductor(load, scripts(calls), options, watch=watch).run()
        notes = await outside.notes()
    spreads = shares(result.tally.answers, notes)
    turns = len(spreads.get("our share", ()))
    named = {name: spread.figures() for name, spread in spreads.items()}
    figures = {**result.summary(), "turns": turns, **named}
    return result, {"calls": calls, "vad": vad, "load_average": os.getloadavg()[0], **figures}


def _line(figures: Figures) -> str:
    """One row of the table."""

    def three(name: str) -> str:
        found = figures.get(name) or {}
        return "/".join(f"{found[p]:g}" for p in ("p50", "p95", "p99")) if found else "-"

    cells = (
        f"{figures['calls']:>5}",
        f"{figures['vad']:<7}",
        f"{figures['turns']:>6}",
        f"{three('our share'):>19}",
        f"{figures['gaps']:>5}",
        f"{three('clear_reaction_ms'):>15}",
        f"{three('first_audio_after_start_ms'):>13}",
        f"{figures.get('server_cpu_ms_per_call_second', 0):>7}",
        f"{figures.get('server_memory_mb_per_call', 0):>7}",
        f"{three('own_frame_lateness_ms'):>15}",
        f"{figures['load_average']:>5.1f}",
    )
    return " ".join(cells)


HEADING = (
    "calls vad      turns   our share, ms      gaps  clear, ms       first audio   "
    "CPU ms  MB per  own lateness    load\n"
    "                       p50/p95/p99                            ms            "
    "/call-s call    ms              avg."
)


async def main(asked: argparse.Namespace) -> int:
    """A row for every number of calls and detector."""
    print(HEADING, flush=True)
    found = []
    for vad in asked.vad or ["energy"]:
        for calls in map(int, asked.calls.split(",")):
            result, figures = await measure(asked, calls, vad)
            found.append(figures)
            print(_line(figures), flush=True)
            if asked.verbose:
                print(json.dumps(figures, indent=2), flush=True)
            if asked.pages:
                asked.pages.mkdir(parents=True, exist_ok=True)
                (asked.pages / f"{vad}-{calls}.html").write_text(page(result))
    if asked.report:
        asked.report.write_text(json.dumps(found, indent=2))
    return 0 if all(set(each["outcomes"]) == {"completed"} for each in found) else 1


def _setting(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--calls", default="1,10,25,50,100,200")
    parser.add_argument("--vad", action="append")
    parser.add_argument("--model", default="openai", help="LLM_PROVIDER")
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--ramp", type=float, default=10, help="seconds until all are on the line")
    parser.add_argument("--hold", type=float, default=30, help="seconds a call lasts")
    parser.add_argument("--barge-in", type=float, default=0.2)
    parser.add_argument("--jitter", type=float, default=0.0, help="ms")
    parser.add_argument("--bunch", type=float, default=0.0, help="seconds between bunches")
    parser.add_argument("--calls-per-process", type=int, default=100)
    parser.add_argument("--set", type=_setting, action="append", default=[], help="NAME=VALUE")
    parser.add_argument("--report", type=Path)
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main(arguments())))
