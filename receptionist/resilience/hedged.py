"""A model that is asked a second time when its first answer is slower than usual.

The first useful answer wins and the other is broken off. What it costs: one request in
twenty is made twice.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, cast

from receptionist.errors import ProviderUnavailable
from receptionist.observability import Metrics
from receptionist.ports.language_model import Completed, LanguageModel, ModelEvent, ModelRequest
from receptionist.resilience.usual_wait import UsualWait

LEAST_WAIT_S = 0.2
"""An answer that is there sooner than this is not worth a second request."""
Events = AsyncGenerator[ModelEvent, None]


class _HedgedModel:
    """Fulfil `LanguageModel` with the same model, sometimes twice."""

    def __init__(self, model: LanguageModel, metrics: Metrics, usual: UsualWait) -> None:
        self._model = model
        self._metrics = metrics
        self._usual = usual

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Events of one answer."""
        began_s = asyncio.get_running_loop().time()
        race = _Race(self._model, request)
        try:
            first = await race.first(self._patience_s())
            self._usual.add(asyncio.get_running_loop().time() - began_s)
            if race.is_hedged:
                won = "second" if race.second_won else "first"
                self._metrics.hedged.labels(self._model.name, won).inc()
            yield first
            async for event in race.winner:
                yield event
        finally:
            await race.close()

    def _patience_s(self) -> float | None:
        usual_s = self._usual.p95_s
        return None if usual_s is None else max(usual_s, LEAST_WAIT_S)


class _Race:
    """One request, or two of the same."""

    def __init__(self, model: LanguageModel, request: ModelRequest) -> None:
        self._model = model
        self._request = request
        self._runners: dict[asyncio.Task[ModelEvent], Events] = {}
        self._started: list[Events] = []
        self.winner: Events
        """Whose first event it was."""

    @property
    def is_hedged(self) -> bool:
        """Whether there was a second request."""
        return len(self._started) > 1

    @property
    def second_won(self) -> bool:
        """Whether it was the quicker one."""
        return self.winner is self._started[-1]

    async def first(self, patience_s: float | None) -> ModelEvent:
        """The first useful event of any. Raises what the last of them failed with."""
        self._start()
        done, _ = await asyncio.wait(self._runners, timeout=patience_s)
        if not done:
            self._start()
        while True:
            done, _ = await asyncio.wait(self._runners, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                events = self._runners.pop(task)
                if self._is_useful(task):
                    self.winner = events
                    await self._break_off()
                    return task.result()

    async def close(self) -> None:
        """Nothing goes on after this."""
        await self._break_off()
        for events in self._started:
            await events.aclose()

    def _start(self) -> None:
        events = cast(Events, self._model.stream(self._request))
        self._started.append(events)
        task = asyncio.create_task(_next(events, self._model.name))  # noqa: TID251 - ended in `close`
        self._runners[task] = events

    def _is_useful(self, task: asyncio.Task[ModelEvent]) -> bool:
        """The last one's answer is taken as it is, good or bad."""
        if not self._runners:
            return True
        return task.exception() is None and not isinstance(task.result(), Completed)

    async def _break_off(self) -> None:
        runners, self._runners = self._runners, {}
        for task in runners:
            task.cancel()
        if runners:
            await asyncio.wait(runners)
        for events in runners.values():
            await events.aclose()


async def _next(events: Events, name: str) -> ModelEvent:
    try:
        return await anext(events)
    except StopAsyncIteration:
        raise ProviderUnavailable(name, "the answer ended without a finish reason") from None


def hedged(model: LanguageModel, metrics: Metrics, usual: UsualWait | None = None) -> LanguageModel:
    """The same model, asked twice when it is slow."""
    return cast(LanguageModel, _HedgedModel(model, metrics, usual or UsualWait()))
