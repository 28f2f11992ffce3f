"""The calls this process is holding."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from receptionist.call.neighbours import Neighbours
from receptionist.observability import Metrics

Channel = Literal["stream", "phone"]

ASKS_AGAIN_S = 60.0
"""A line in plain mode asks again within this: what is said, the caller's turn, and a margin."""
LOOK_S = 0.1


class ActiveCalls:
    """Count calls, and wait until none is left.

    A call in plain mode has no connection: it is on the line while it may ask again.
    """

    def __init__(
        self,
        metrics: Metrics,
        clock: Callable[[], float] = time.monotonic,
        neighbours: Neighbours | None = None,
    ) -> None:
        self._metrics = metrics
        self._neighbours = neighbours
        self._clock = clock
        self._held = self._streams = 0
        self._plain: dict[str, float] = {}
        self.draining = False
        self.handing_over = False
        """The deadline of draining is over: this process is about to stop answering."""

    def __len__(self) -> int:
        now = self._clock()
        for call_sid in [sid for sid, until in self._plain.items() if until <= now]:
            del self._plain[call_sid]
        return self._held + len(self._plain)

    @property
    def streams(self) -> int:
        """How many are on media streams."""
        return self._streams

    @contextmanager
    def holding(self, channel: Channel) -> Iterator[None]:
        """A call is on the line inside this block."""
        self._change(channel, 1)
        try:
            yield
        finally:
            self._change(channel, -1)

    def _change(self, channel: Channel, by: int) -> None:
        self._held += by
        self._streams += by if channel == "stream" else 0
        self._metrics.active_calls.labels(channel).inc(by)
        if self._neighbours is not None:
            self._neighbours.holds(self._held)

    def asks_again(self, call_sid: str) -> None:
        """A call in plain mode has been answered and is listening."""
        self._plain[call_sid] = self._clock() + ASKS_AGAIN_S

    def asks_no_more(self, call_sid: str) -> None:
        """It is over, or goes on elsewhere."""
        self._plain.pop(call_sid, None)

    async def drain(self, patience_s: float) -> bool:
        """Take no new calls and wait for those on the line; False when time ran out."""
        self.draining = True
        try:
            async with asyncio.timeout(patience_s):
                # A call in plain mode may end by time alone, which sets no event.
                while len(self):  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            return False
        return True
