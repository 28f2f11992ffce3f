"""Calls on one core: `python -m benchmarks.load --calls 1,10,50 --vad silero --vad energy`.

The server is pinned to one core (`--core`), callers and vendors to the others; with
`--workers` nobody is pinned. Each number of calls is a server of its own with an empty
database: all of them are on the line together, talking and being answered in turns.
`--vad off` is without a detector.
"""

import argparse
import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.load.once import Figures, measure
from benchmarks.load.outside import add_pace
from benchmarks.servers import setting
from receptionist.line.load.page import page

MEDIANS = "median of"


def _line(figures: Figures) -> str:
    """One row of the table."""

    def three(name: str) -> str:
        found = figures.get(name) or {}
        return "/".join(f"{found[p]:g}" for p in ("p50", "p95", "p99")) if found else "-"

    cells = (
        f"{figures['calls']:>5g}",
        f"{figures['vad']:<7}",
        f"{figures['turns']:>6g}",
        f"{three('our share'):>19}",
        f"{figures['gaps']:>5g}",
        f"{three('clear_reaction_ms'):>15}",
        f"{three('first_audio_after_start_ms'):>13}",
        f"{figures.get('server_cpu_ms_per_call_second', 0):>7.2f}",
        f"{figures.get('server_cpu_ms_per_call_second_when_full', 0):>7.2f}",
        f"{figures.get('server_memory_mb_per_call', 0):>7}",
        f"{three('own_frame_lateness_ms'):>15}",
        f"{figures['load_average']:>5.1f}",
        f"{figures['json_us']:>5.2f}",
    )
    return " ".join(cells)


HEADING = (
    "calls vad      turns   our share, ms      gaps  clear, ms       first audio   "
    "CPU ms  without MB per  own lateness    load  json\n"
    "                       p50/p95/p99                            ms            "
    "/call-s starts  call    ms              avg.  µs"
)


async def main(asked: argparse.Namespace) -> int:
    """A row for every number of calls and detector."""
    print(HEADING, flush=True)
    found: list[Figures] = []
    for vad in asked.vad or ["energy"]:
        for calls in map(int, asked.calls.split(",")):
            runs = [await _run(asked, calls, vad) for _ in range(asked.repeat)]
            found += runs
            if asked.repeat > 1:
                print(_line(medians(runs)), MEDIANS, asked.repeat, flush=True)
    if asked.report:
        asked.report.write_text(json.dumps(found, indent=2))
    return 0 if all(set(each["outcomes"]) == {"completed"} for each in found) else 1


async def _run(asked: argparse.Namespace, calls: int, vad: str) -> Figures:
    result, figures = await measure(asked, calls, vad)
    print(_line(figures), flush=True)
    if figures["visits"]:
        print(f"      arriving meanwhile: {json.dumps(figures['visits'])}", flush=True)
    if asked.verbose:
        print(json.dumps(figures, indent=2), flush=True)
    if asked.pages:
        asked.pages.mkdir(parents=True, exist_ok=True)
        (asked.pages / f"{vad}-{calls}.html").write_text(page(result))
    return figures


def medians(runs: Sequence[Any]) -> Any:
    """Of every number in the same place of each; what is no number is the first's."""
    first = runs[0]
    if isinstance(first, dict):
        places = [name for name in first if all(name in run for run in runs)]
        return {name: medians([run[name] for run in runs]) for name in places}
    return median(runs) if isinstance(first, int | float) else first


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--calls", default="1,10,25,50,100,200")
    parser.add_argument("--vad", action="append")
    parser.add_argument("--model", default="openai", help="LLM_PROVIDER")
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1, help="processes; not pinned above 1")
    parser.add_argument("--ramp", type=float, default=10, help="seconds until all are on the line")
    parser.add_argument("--hold", type=float, default=30, help="seconds a call lasts")
    parser.add_argument(
        "--rate",
        type=float,
        default=0.0,
        help="so many calls begin a second, instead of --ramp; --hold counts from the last",
    )
    parser.add_argument(
        "--arriving",
        type=float,
        default=0.0,
        help="so many more calls begin a second while all the others are on the line",
    )
    parser.add_argument("--visit", type=float, default=10, help="seconds each of these lasts")
    parser.add_argument("--barge-in", type=float, default=0.2)
    parser.add_argument("--jitter", type=float, default=0.0, help="ms")
    parser.add_argument("--bunch", type=float, default=0.0, help="seconds between bunches")
    parser.add_argument("--calls-per-process", type=int, default=100)
    parser.add_argument("--ears", type=int, default=1, help="processes of the emulated recogniser")
    add_pace(parser)
    parser.add_argument("--postgresql", help="a server's URL; without, SQLite")
    parser.add_argument("--repeat", type=int, default=1, help="times, and medians of them")
    parser.add_argument("--set", type=setting, action="append", default=[], help="NAME=VALUE")
    parser.add_argument("--report", type=Path)
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--profile", type=Path, help="a folder for benchmarks.load.profile")
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main(arguments())))
