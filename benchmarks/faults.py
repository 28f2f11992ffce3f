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
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from html import escape
from itertools import product
from pathlib import Path
from typing import Any

import structlog

from benchmarks.fault_call import PHASES, VENDORS, Cell, FaultCaller, Phase, Vendor, judge
from benchmarks.faulty_vendor import FAULTS, Fault, FaultyVendor
from providers.llm.embedded import EmbeddedLanguageModel
from receptionist.line.line import place_call
from receptionist.practice_file import load_practice
from tests.emulators import deepgram, elevenlabs, openai
from tests.emulators.google import GoogleEmulator
from tests.emulators.spoken_audio import SpokenEar
from tests.whole_calls.house import ALWAYS_OPEN, House, environment, open_house, practice_file

MIDWAY_BYTES: Mapping[Vendor, int] = {"stt": 400, "llm": 900, "tts": 6000, "calendar": 150}
LEE = "lee@example.com"
WITH_CALENDAR = practice_file(ALWAYS_OPEN).replace(
    "name: Dr. Lee\n", f"name: Dr. Lee\n    calendar: {LEE}\n"
)
LONGEST_CALL_S = 90
UNTIL_STORED_S = 20


@contextmanager
def environed(settings: Mapping[str, str]) -> Iterable[None]:
    """The environment with these in it, inside this block."""
    before = dict(os.environ)
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class Scene:
    """A house whose vendors may fail."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self._vendors: dict[Vendor, FaultyVendor] = {}
        self.in_handler = asyncio.Event()

    async def open(self, folder: Path) -> None:
        """Emulators, and the proxies before them."""
        enter = self._stack.enter_async_context
        practice = load_practice(WITH_CALENDAR, source="benchmark")
        rules = openai.rules_model(
            EmbeddedLanguageModel(), practice, lambda: datetime.now(UTC), caller_number=None
        )

        async def thinks(body: dict[str, Any]) -> openai.Reply:
            reply = await rules(body)
            if reply.calls:
                self.in_handler.set()
            return reply

        ear = await enter(deepgram.deepgram_emulator())
        voice = await enter(elevenlabs.elevenlabs_emulator())
        model = await enter(openai.OpenAIEmulator(thinks))
        google = await enter(GoogleEmulator())
        google.add_calendar(LEE, timezone="America/New_York")
        targets: dict[Vendor, str] = {
            "stt": ear.url,
            "llm": model.base_url,
            "tts": voice.url,
            "calendar": google.url,
        }
        for vendor, url in targets.items():
            proxy = FaultyVendor(url, MIDWAY_BYTES[vendor])
            self._vendors[vendor] = await enter(proxy.serving())
        self.settings = environment(
            folder,
            DEEPGRAM_API_KEY=deepgram.KEY,
            DEEPGRAM_BASE_URL=self._vendors["stt"].url,
            ELEVENLABS_API_KEY=elevenlabs.KEY,
            ELEVENLABS_BASE_URL=self._vendors["tts"].url,
            OPENAI_API_KEY="sk-test",
            OPENAI_BASE_URL=self._vendors["llm"].url,
            GOOGLE_APPLICATION_CREDENTIALS=str(google.write_key_file(folder / "key.json")),
            GOOGLE_CALENDAR_BASE_URL=self._vendors["calendar"].url,
            VAD_PROVIDER="energy",
            LOG_LEVEL="ERROR",
        )
        (folder / "practice.yaml").write_text(WITH_CALENDAR)

    def fail(self, vendor: Vendor, fault: Fault) -> None:
        """From now on."""
        self._vendors[vendor].break_down(fault)


@asynccontextmanager
async def house_of(scene: Scene, opening: asyncio.Lock) -> AsyncIterator[House]:
    """A server of its own. Settings come from the environment: one is opened at a time."""
    async with AsyncExitStack() as stack:
        async with opening:
            with environed(scene.settings):
                house = await stack.enter_async_context(open_house())
        yield house


async def play(vendor: Vendor, fault: Fault, phase: Phase, opening: asyncio.Lock) -> Cell:
    """One cell."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="receptionist-faults-"))
        scene = Scene(stack)
        await scene.open(Path(folder))
        loop = asyncio.get_running_loop()
        caller = FaultCaller(
            vendor, phase, lambda in_s: loop.call_later(in_s, scene.fail, vendor, fault) and None
        )
        if phase == "greeting":
            scene.fail(vendor, fault)
        house = await stack.enter_async_context(house_of(scene, opening))
        options = house.options(
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
        return judge(vendor, fault, caller, report, await _stored(house, report.call_sid))


async def _fail_in_handler(scene: Scene, caller: FaultCaller) -> None:
    await scene.in_handler.wait()
    if caller.phase == "in a handler":
        caller.begin(0)


async def _stored(house: House, call_sid: str) -> dict[str, Any]:
    """The call's rows, once it has an end."""
    stored: dict[str, Any] = {}
    for _ in range(UNTIL_STORED_S * 10):
        stored = await house.get(f"calls/{call_sid}")
        if stored["ended_by"]:
            break
        await asyncio.sleep(0.1)
    return stored


async def measure(
    cells: Sequence[tuple[Vendor, Fault, Phase]], *, at_once: int, shows: bool = False
) -> list[Cell]:
    """So many side by side."""
    places, opening = asyncio.Semaphore(at_once), asyncio.Lock()
    found: list[Cell] = []

    async def one(vendor: Vendor, fault: Fault, phase: Phase) -> None:
        async with places:
            try:
                cell = await play(vendor, fault, phase, opening)
            except Exception as exc:  # noqa: BLE001 - a cell that breaks is a lost call
                cell = Cell(vendor, fault, phase, 0, False, False, False, [repr(exc)])
        found.append(cell)
        if shows:
            print(line_of(cell), flush=True)

    async with asyncio.TaskGroup() as group:
        for cell in cells:
            group.create_task(one(*cell))
    return sorted(found, key=lambda c: (c.vendor, c.fault, c.phase))


def line_of(cell: Cell) -> str:
    """A cell in one line."""
    lost = [name for name in ("kept", "reached", "whole") if not getattr(cell, name)]
    verdict = f"not {', not '.join(lost)}" if lost else "ok"
    where = f"{cell.vendor:4} {cell.fault:13} {cell.phase:13}"
    return f"{where} {cell.silence_ms / 1000:5.1f} s  {verdict}"


def page_of(cells: Sequence[Cell], longest_ms: int) -> str:
    """The matrix as HTML."""
    by_place = {(c.vendor, c.fault, c.phase): c for c in cells}
    rows = [f"<tr><th>vendor<th>fault{''.join(f'<th>{phase}' for phase in PHASES)}"]
    for vendor, fault in product(VENDORS, FAULTS):
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
        f"<p>{len(cells)} calls, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC."
        f"<table>{''.join(rows)}</table>"
    )


def _marks(cell: Cell) -> str:
    wrong = {"kept": cell.kept, "reached": cell.reached, "whole": cell.whole}
    return "".join(f"<br>not {name}" for name, is_so in wrong.items() if not is_so)


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
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    # Emulators complain of clients that break off, which is what happens here.
    for name in ("websockets", "uvicorn", "httpx"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    longest_ms = int(asked.longest * 1000)
    cells = asyncio.run(measure(list(places), at_once=asked.at_once, shows=True))
    if asked.add_to:
        cells = added(asked.add_to, cells)
    bad = [cell for cell in cells if not cell.is_good(longest_ms)]
    asked.html.parent.mkdir(parents=True, exist_ok=True)
    asked.html.write_text(page_of(cells, longest_ms))
    silences = sorted(cell.silence_ms for cell in cells)
    print(
        f"{len(cells)} cells, {len(bad)} bad, longest silence {silences[-1] / 1000:.1f} s, "
        f"median {silences[len(silences) // 2] / 1000:.1f} s; {asked.html}"
    )
    for cell in bad:
        print("\n  ".join(["BAD", line_of(cell), *cell.notes]))
    raise SystemExit(1 if bad else 0)


if __name__ == "__main__":
    main()
