"""One process of callers: places its share of the calls and tells how it goes."""

import asyncio
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection

from receptionist.line.caller import CallOptions
from receptionist.line.line import place_call
from receptionist.line.load.plan import Load, PlannedCall, texts
from receptionist.line.load.tally import Spread, Tally
from receptionist.line.report import CallReport
from receptionist.line.script import Step
from receptionist.line.voice import Voice, default_voice

NEWS_EVERY_S = 0.5
READY = "ready"


@dataclass(frozen=True, slots=True)
class Share:
    """What one process does."""

    options: CallOptions
    calls: tuple[PlannedCall, ...]
    load: Load


@dataclass(frozen=True, slots=True)
class News:
    """How one process is doing: `late_ms` is the worst lateness of a timer since the last news."""

    live: int
    done: int
    late_ms: float


class SpokenBefore:
    """A voice that says each text once and remembers it."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._spoken: dict[str, bytes] = {}

    async def speak(self, text: str) -> bytes:
        """μ-law at 8 kHz."""
        if text not in self._spoken:
            self._spoken[text] = await self._voice.speak(text)
        return self._spoken[text]

    async def learn(self, wanted: Iterable[str]) -> None:
        """Speak these before they are needed."""
        for text in sorted(wanted):
            await self.speak(text)


def work(parent: Connection, share: Share) -> None:
    """The process: says it is ready, is told when to begin, sends news and at last its tally."""
    callers = _Callers(parent, share).run()
    if sys.platform == "win32":
        asyncio.run(callers)
        return
    import uvloop

    uvloop.run(callers)


class _Callers:
    def __init__(self, parent: Connection, share: Share) -> None:
        self._parent = parent
        self._share = share
        self._voice = SpokenBefore(share.options.voice or default_voice())
        self._tally = Tally()
        self._live = 0

    async def run(self) -> None:
        await self._voice.learn(texts(self._share.calls))
        self._parent.send(READY)
        began_s: float = await asyncio.to_thread(self._parent.recv)
        async with asyncio.TaskGroup() as group:
            news = group.create_task(self._tell())
            placed = [group.create_task(self._place(call, began_s)) for call in self._share.calls]
            await asyncio.wait(placed)
            news.cancel()
        self._parent.send(self._tally)

    async def _place(self, call: PlannedCall, began_s: float) -> None:
        await asyncio.sleep(max(0.0, began_s + call.at_s - time.monotonic()))
        self._live += 1
        steps: Iterable[Step] = call.steps
        options = replace(
            self._share.options,
            from_number=call.from_number,
            voice=self._voice,
            seed=call.number,
            weather=self._share.load.weather,
            keeps_audio=False,
        )
        if self._share.load.hold_s:
            left, until_s = iter(call.steps), time.monotonic() + self._share.load.hold_s

            def next_step(_report: CallReport) -> Step | None:
                return next(left, None) if time.monotonic() < until_s else None

            options, steps = replace(options, ad_lib=next_step, pace=1.0), ()
        self._tally.add(call.scenario, await place_call(options, steps))
        self._live -= 1

    async def _tell(self) -> None:
        """News, and how late a timer of this very loop is: a tired process is noticed by it."""
        loop = asyncio.get_running_loop()
        while True:
            late = Spread()
            until_s = loop.time() + NEWS_EVERY_S
            while (due_s := loop.time() + 0.02) < until_s:
                await asyncio.sleep(0.02)
                late.add((loop.time() - due_s) * 1000)
            worst_ms = late.figures().get("max", 0.0)
            self._parent.send(News(self._live, self._tally.outcomes.total(), worst_ms))
