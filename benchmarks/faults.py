"""Every vendor, failing in every way, at every moment of a call, over real sockets.

    python -m benchmarks.faults --at-once 6 --html var/faults.html

A cell is one call: the vendor fails from that moment on and does not come back. Silence
counts in real time, from the last sound until the next one of ours, or until the caller
asks again. Exit 1 when anything was lost or a silence was longer than `--longest` seconds.
"""

import argparse
import asyncio
import json
import logging
import os
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from html import escape
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import structlog

from benchmarks.fault_call import (
    PHASES,
    VENDORS,
    Cell,
    FaultCaller,
    Phase,
    Vendor,
    caller_of,
    judge,
)
from benchmarks.fault_scene import CALLER, Scene, is_here
from benchmarks.faulty_vendor import FAULTS, Fault
from receptionist.line.line import place_call
from tests.emulators.spoken_audio import SpokenEar
from tests.whole_calls.house import House, open_house

OURS: tuple[Vendor, ...] = ("redis", "database")
"""Without these no server starts."""
KNOWS_ITS_PRACTICES_S = 3.0
"""After its start a server reads them."""
LONGEST_CALL_S = 90
UNTIL_STORED_S = 20


def environed(settings: Mapping[str, str]) -> AbstractContextManager[object]:
    """The environment with these in it, inside this block.

    Only Python sees them. The process's own environment is not to be changed while threads run:
    C libraries read it without a lock, and would read memory that has been freed.
    """
    return patch.object(os, "environ", {**os.environ, **settings})


@asynccontextmanager
async def house_of(scene: Scene) -> AsyncIterator[House]:
    """A server of its own. Settings come from the environment."""
    async with AsyncExitStack() as stack:
        with environed(scene.settings):
            house = await stack.enter_async_context(open_house())
        yield house


async def play(vendor: Vendor, fault: Fault, phase: Phase) -> Cell:
    """One cell."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="receptionist-faults-"))
        scene = Scene(stack, vendor, phase)
        await scene.open(Path(folder))
        loop = asyncio.get_running_loop()
        caller = caller_of(
            vendor, phase, lambda in_s: loop.call_later(in_s, scene.fail, fault) and None
        )
        if phase == "greeting" and vendor not in OURS:
            scene.fail(fault)
        house = await stack.enter_async_context(house_of(scene))
        if phase == "greeting" and vendor in OURS:
            await asyncio.sleep(KNOWS_ITS_PRACTICES_S)
            scene.fail(fault)
        options = house.options(
            from_number=CALLER,
            voice=caller,
            ear=SpokenEar,
            ad_lib=caller.decide,
            on_event=caller.noticed,
            pace=1.0,
            reply_timeout_s=8.0,
        )
        async with asyncio.timeout(LONGEST_CALL_S), asyncio.TaskGroup() as group:
            waiting = group.create_task(_fail_in_handler(scene, caller))
            report = await place_call(options)
            waiting.cancel()
        was_asked = scene.asked
        if vendor == "database":
            scene.heal()
        stored = await _stored(house, report.call_sid)
        return replace(judge(vendor, fault, caller, report, stored), asked=was_asked)


async def _fail_in_handler(scene: Scene, caller: FaultCaller) -> None:
    await scene.in_handler.wait()
    if caller.phase == "in a handler":
        caller.begin(0)


async def _stored(house: House, call_sid: str) -> dict[str, Any]:
    """The call's rows and its appointments, once it has an end."""
    stored: dict[str, Any] = {"turns": [], "ended_by": None}
    for _ in range(UNTIL_STORED_S * 10):
        with suppress(httpx.HTTPError):  # A database that is back is not ready at once.
            stored = await house.get(f"calls/{call_sid}")
            booked = (await house.get("appointments"))["items"]
            stored["booked"] = [each for each in booked if each["status"] == "booked"]
            if stored["ended_by"]:
                break
        await asyncio.sleep(0.1)
    return stored


async def measure(
    cells: Sequence[tuple[Vendor, Fault, Phase]], *, at_once: int, shows: bool = False
) -> list[Cell]:
    """So many side by side, in processes: a house that opens holds up its own process alone."""
    loop = asyncio.get_running_loop()
    found: list[Cell] = []
    with ProcessPoolExecutor(at_once, get_context("spawn"), _be_quiet) as processes:
        playing = [loop.run_in_executor(processes, _played, *cell) for cell in cells]
        for each in asyncio.as_completed(playing):
            cell = await each
            found.append(cell)
            if shows:
                lost = not (cell.kept and cell.reached and cell.whole)
                print("\n  ".join([line_of(cell), *(cell.notes if lost else ())]), flush=True)
    return sorted(found, key=lambda c: (c.vendor, c.fault, c.phase))


def _played(vendor: Vendor, fault: Fault, phase: Phase) -> Cell:
    try:
        return asyncio.run(play(vendor, fault, phase))
    except Exception as exc:  # noqa: BLE001 - a cell that breaks is a lost call
        return Cell(vendor, fault, phase, 0, False, False, False, [repr(exc)])


def _be_quiet() -> None:
    """Emulators complain of clients that break off, which is what happens here."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    for name in ("asyncio", "websockets", "uvicorn", "httpx"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


async def _measured(places: Sequence[tuple[Vendor, Fault, Phase]], at_once: int) -> list[Cell]:
    """All but those that need a server which is not here; which ones is said."""
    missing = {vendor for vendor, _, _ in places if not await is_here(vendor)}
    if missing:
        print(f"not measured here: {', '.join(sorted(missing))}", flush=True)
    return await measure([p for p in places if p[0] not in missing], at_once=at_once, shows=True)


def line_of(cell: Cell) -> str:
    """A cell in one line."""
    lost = [name for name in ("kept", "reached", "whole") if not getattr(cell, name)]
    verdict = f"not {', not '.join(lost)}" if lost else "ok"
    where = f"{cell.vendor:8} {cell.fault:13} {cell.phase:13}"
    asked = "" if cell.asked else ", not asked then"
    return f"{where} {cell.silence_ms / 1000:5.1f} s  {verdict}{asked}"


def page_of(cells: Sequence[Cell], longest_ms: int) -> str:
    """The matrix as HTML."""
    by_place = {(c.vendor, c.fault, c.phase): c for c in cells}
    rows = [f"<tr><th>vendor<th>fault{''.join(f'<th>{phase}' for phase in PHASES)}"]
    for vendor, fault in product(VENDORS, FAULTS):
        if not any((vendor, fault, phase) in by_place for phase in PHASES):
            continue
        row = [f"<tr><th>{vendor}<th>{fault}"]
        for phase in PHASES:
            cell = by_place.get((vendor, fault, phase))
            if cell is None:
                row.append("<td>")
                continue
            kind = "good" if cell.is_good(longest_ms) else "bad"
            row.append(f'<td class="{kind}" title="{escape(line_of(cell))}">')
            row.append(f"{cell.silence_ms / 1000:.1f} s{_marks(cell)}")
        rows.append("".join(row))
    style = "td,th{padding:.3em .6em;text-align:right}.good{background:#dfd}.bad{background:#fcc}"
    return (
        f"<!doctype html><meta charset=utf-8><title>Faults</title><style>{style}</style>"
        "<h1>Longest silence heard while a vendor fails</h1>"
        f"<p>{summary(cells)}. {datetime.now(UTC):%Y-%m-%d %H:%M} UTC."
        f"<table>{''.join(rows)}</table>"
    )


def summary(cells: Sequence[Cell]) -> str:
    """All of them in one line."""
    silences = sorted(cell.silence_ms / 1000 for cell in cells)
    at_95 = silences[min(len(silences) - 1, len(silences) * 95 // 100)]
    return (
        f"{len(cells)} cells, {sum(not cell.asked for cell in cells)} of them not asked then; "
        f"silence {silences[len(silences) // 2]:.1f} s at the median, {at_95:.1f} s at the 95th "
        f"percentile, {silences[-1]:.1f} s at most; {sum(cell.kept for cell in cells)} kept, "
        f"{sum(cell.reached for cell in cells)} reached what they called for, "
        f"{sum(cell.whole for cell in cells)} with whole records"
    )


def _marks(cell: Cell) -> str:
    wrong = {"kept": cell.kept, "reached": cell.reached, "whole": cell.whole}
    marks = "".join(f"<br>not {name}" for name, is_so in wrong.items() if not is_so)
    return marks if cell.asked else f"{marks}<br><small>not asked then</small>"


def added(file: Path, cells: Sequence[Cell]) -> list[Cell]:
    """These cells, and those of earlier runs beside them; all of them are kept in the file."""
    before = json.loads(file.read_text()) if file.is_file() else []
    by_place = {(c.vendor, c.fault, c.phase): c for c in (*(Cell(**b) for b in before), *cells)}
    file.write_text(json.dumps([asdict(cell) for cell in by_place.values()]))
    return list(by_place.values())


def main() -> None:
    """Print the matrix; exit 1 when a cell is bad."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vendor", action="append", choices=VENDORS)
    parser.add_argument("--fault", action="append", choices=FAULTS)
    parser.add_argument("--phase", action="append", choices=PHASES)
    parser.add_argument("--at-once", type=int, default=6)
    parser.add_argument("--longest", type=float, default=4.0, help="seconds of silence")
    parser.add_argument("--html", type=Path, default=Path("var/faults.html"))
    parser.add_argument("--add-to", type=Path, help="JSON of earlier runs, to measure in parts")
    asked = parser.parse_args()
    places = product(asked.vendor or VENDORS, asked.fault or FAULTS, asked.phase or PHASES)
    _be_quiet()
    longest_ms = int(asked.longest * 1000)
    cells = asyncio.run(_measured(list(places), asked.at_once))
    if asked.add_to:
        cells = added(asked.add_to, cells)
    bad = [cell for cell in cells if not cell.is_good(longest_ms)]
    asked.html.parent.mkdir(parents=True, exist_ok=True)
    asked.html.write_text(page_of(cells, longest_ms))
    print(f"{summary(cells)}; {asked.html}")
    for cell in bad:
        print("\n  ".join(["BAD", line_of(cell), *cell.notes]))
    raise SystemExit(1 if bad else 0)


if __name__ == "__main__":
    main()
