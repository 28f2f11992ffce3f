"""The calls this process is holding."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from receptionist.observability import Metrics

Channel = Literal["stream", "phone"]


class ActiveCalls:
    """Count calls; say when the last one has ended."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._count = 0
        self._none = asyncio.Event()
        self._none.set()
        self.draining = False

    def __len__(self) -> int:
        return self._count

    @contextmanager
    def holding(self, channel: Channel) -> Iterator[None]:
        """A call is on the line inside this block."""
        self._count += 1
        self._none.clear()
        self._metrics.active_calls.labels(channel).inc()
        try:
            yield
        finally:
            self._count -= 1
            self._metrics.active_calls.labels(channel).dec()
            if self._count == 0:
                self._none.set()

    async def drain(self, patience_s: float) -> bool:
        """Take no new calls and wait for those on the line; False when time ran out."""
        self.draining = True
        try:
            async with asyncio.timeout(patience_s):
                await self._none.wait()
        except TimeoutError:
            return False
        return True
