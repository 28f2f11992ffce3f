"""The conductor: starts the callers' processes, watches them and the server, adds up."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

from receptionist.line.caller import CallOptions
from receptionist.line.load.plan import Load, PlannedCall, plan
from receptionist.line.load.process import NEWS_EVERY_S, News, Share, work
from receptionist.line.load.server import Usage, Watch
from receptionist.line.load.tally import Tally
from receptionist.line.script import Step

HEAD_START_S = 0.3
LOOK_EVERY = 4
"""News, to one look at the server: being asked costs it some milliseconds."""
TIRED_MS = 20.0
"""A caller's frame that leaves later than the next one was due."""


@dataclass(frozen=True, slots=True)
class Moment:
    """How things stood, so many seconds after the beginning."""

    at_s: float
    live: int
    done: int
    late_ms: float
    usage: Usage | None


@dataclass(slots=True)
class Result:
    """What the load came to."""

    load: Load
    tally: Tally = field(default_factory=Tally)
    moments: list[Moment] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """The calls' figures, the server's, and whether the callers kept time."""
        late = self.tally.lateness.figures()
        return {
            **self.tally.summary(),
            **self._server(),
            "generator_is_tired": late.get("p99", 0.0) > TIRED_MS,
        }

    def _server(self) -> dict[str, float]:
        seen = [(moment.live, moment.usage) for moment in self.moments if moment.usage]
        if not seen or not self.tally.stream_s:
            return {}
        usages = [usage for _, usage in seen]
        cpu_s = usages[-1].cpu_s - usages[0].cpu_s
        live, fullest = max(seen, key=lambda each: each[0])
        grown = (fullest.memory_bytes - usages[0].memory_bytes) / max(live, 1)
        return {
            **self._when_full(),
            "most_calls_at_once": max(moment.live for moment in self.moments),
            "server_cpu_ms_per_call_second": round(cpu_s * 1000 / self.tally.stream_s, 3),
            "server_memory_mb": round(fullest.memory_bytes / 1e6, 1),
            "server_memory_mb_per_call": round(grown / 1e6, 3),
        }

    def _when_full(self) -> dict[str, float]:
        """What a call costs that goes on, without its beginning and its end."""
        most = max(moment.live for moment in self.moments)
        full = [(m.at_s, m.usage.cpu_s) for m in self.moments if m.usage and m.live == most]
        if most == 0 or len(full) < 2:
            return {}
        (since_s, before_s), (until_s, after_s) = full[0], full[-1]
        spent_ms = (after_s - before_s) * 1000
        return {
            "server_cpu_ms_per_call_second_when_full": round(
                spent_ms / (until_s - since_s) / most, 3
            )
        }


class Conductor:
    """Runs one load against one server."""

    def __init__(
        self,
        load: Load,
        scenarios: Mapping[str, Sequence[Step]],
        options: CallOptions,
        *,
        watch: Watch | None = None,
        on_moment: Callable[[Moment], None] = lambda _moment: None,
    ) -> None:
        self._result = Result(load)
        self._calls = plan(load, scenarios)
        self._options = options
        self._watch = watch
        self._on_moment = on_moment
        self._news: dict[int, News] = {}

    async def run(self) -> Result:
        """Until every call is over."""
        load = self._result.load
        count = max(1, min(load.processes, len(self._calls)))
        shares = [tuple(self._calls[n::count]) for n in range(count)]
        processes = [self._start(share) for share in shares]
        try:
            for _, mouth in processes:
                await asyncio.to_thread(_await_ready, mouth)
            began_s = time.monotonic() + HEAD_START_S
            for _, mouth in processes:
                mouth.send(began_s)
            async with asyncio.TaskGroup() as group:
                listening = [
                    group.create_task(asyncio.to_thread(self._listen, n, mouth))
                    for n, (_, mouth) in enumerate(processes)
                ]
                watching = group.create_task(self._look(began_s))
                await asyncio.wait(listening)
                watching.cancel()
        finally:
            for process, mouth in processes:
                mouth.close()
                process.terminate()
                process.join()
        return self._result

    def _start(self, calls: tuple[PlannedCall, ...]) -> tuple[SpawnProcess, Connection]:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        share = Share(self._options, calls, self._result.load)
        process = context.Process(target=work, args=(theirs, share), daemon=True)
        process.start()
        theirs.close()
        return process, ours

    def _listen(self, number: int, mouth: Connection) -> None:
        """In a thread of its own, because pipes between processes only block."""
        try:
            while not isinstance(told := mouth.recv(), Tally):
                self._news[number] = told
        except EOFError as exc:
            raise RuntimeError("a process of callers died") from exc
        self._news[number] = News(0, told.outcomes.total(), 0.0)
        self._result.tally.merge(told)

    async def _look(self, began_s: float) -> None:
        while True:
            asks = self._watch is not None and len(self._result.moments) % LOOK_EVERY == 0
            usage = await self._watch.look() if self._watch and asks else None
            news = list(self._news.values())
            moment = Moment(
                round(time.monotonic() - began_s, 2),
                sum(each.live for each in news),
                sum(each.done for each in news),
                max((each.late_ms for each in news), default=0.0),
                usage,
            )
            self._result.moments.append(moment)
            self._on_moment(moment)
            await asyncio.sleep(NEWS_EVERY_S)


def _await_ready(mouth: Connection) -> None:
    """Until a process has learnt to speak."""
    try:
        mouth.recv()
    except EOFError as exc:
        raise RuntimeError("a process of callers died") from exc
