"""From the first loud frame of a caller who cuts in to `clear`, through a whole server.

The server runs in this process, the line over a loopback socket in real time. Neither
the recogniser nor the model takes part: what is measured is the detector, the turn
machine and the way there and back.
"""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import receptionist.bootstrap
from benchmarks.ear_figures import middle, percentile
from providers.llm.embedded import EmbeddedLanguageModel
from receptionist.call.warm import Vendors
from receptionist.line.line import place_call
from receptionist.line.report import CallReport
from receptionist.line.script import HangUp, Interrupt
from receptionist.observability import configure_logging
from receptionist.ports.voice_detector import FRAME_BYTES
from receptionist.voice.audio import loudness
from tests.call.fakes import FakeRecogniser, FakeVoice
from tests.emulators.spoken_audio import speak
from tests.whole_calls.house import House, environment, open_house

AT_ONCE = 4


class _LongVoice(FakeVoice):
    """Says anything for 8 s, so that there is time to cut in."""

    async def synthesize(
        self, text: str, *, language: str = "en", previous_text: str = ""
    ) -> AsyncIterator[bytes]:
        yield speak("somebody speaks without a pause for a good long while " * 3)[:64_000]


class _Recorded:
    """The caller's voice: one labelled turn, from where it begins."""

    description = "a recording"

    def __init__(self, mulaw: bytes) -> None:
        self._mulaw = mulaw

    async def speak(self, text: str) -> bytes:
        return self._mulaw


def print_clears(detectors: list[str], data: Path, calls: int) -> None:
    """Place so many calls per detector and print how soon they were cleared."""
    configure_logging("WARNING", None)
    turns = _turns(data)
    for name in detectors:
        reports = asyncio.run(_measure(name, list(islice(cycle(turns), calls))))
        reactions = [clear.reaction_ms for report in reports for clear in report.clears[:1]]
        known = [float(reaction) for reaction in reactions if reaction is not None]
        lateness = [late for report in reports for late in report.frame_lateness_ms]
        print(
            f"{name:8} loud frame to clear: median {middle(known):.0f} ms, "
            f"p95 {percentile(known, 0.95):.0f} ms, worst {percentile(known, 1.0):.0f} ms; "
            f"{len(reports) - len(known)} of {len(reports)} calls were not cleared "
            f"(line's own frames late: p95 {percentile(lateness, 0.95):.1f} ms)"
        )


def _turns(data: Path) -> list[bytes]:
    """Turns of the clean recordings, from their first loud frame."""
    labels: dict[str, Any] = json.loads((data / "labels.json").read_text())
    found = []
    for timeline in labels["turns"]:
        mulaw = (data / "turns" / timeline["files"]["clean"]).read_bytes()
        for turn in timeline["turns"]:
            found.append(_from_loud_frame(mulaw[turn["start_ms"] * 8 : turn["end_ms"] * 8]))
    return found


def _from_loud_frame(turn: bytes) -> bytes:
    """Without the breath before it: from the first frame at half the turn's own loudness."""
    loud = loudness(turn) / 2
    starts = range(0, len(turn), FRAME_BYTES)
    return turn[next(at for at in starts if loudness(turn[at : at + FRAME_BYTES]) >= loud) :]


async def _measure(detector: str, turns: list[bytes]) -> list[CallReport]:
    reports: list[CallReport] = []
    async with _house(detector) as house:
        waiting = iter(turns)

        async def caller() -> None:
            for mulaw in waiting:
                options = replace(house.options(), voice=_Recorded(mulaw))
                script = [Interrupt("turn", after_ms=1000), HangUp()]
                reports.append(await place_call(options, script))

        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(caller())
    return reports


@asynccontextmanager
async def _house(detector: str) -> AsyncIterator[House]:
    vendors = Vendors([FakeRecogniser()], [EmbeddedLanguageModel()], [_LongVoice()])
    receptionist.bootstrap.build_vendors = lambda *_: vendors
    with tempfile.TemporaryDirectory() as directory:
        os.environ.update(environment(Path(directory), VAD_PROVIDER=detector))
        async with open_house() as house:
            yield house
