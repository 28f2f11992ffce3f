"""Words of the calls this process holds, for those who listen in this process."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from pydantic_settings import BaseSettings

from receptionist.ports.adapter import Adapter
from receptionist.ports.live_calls import LiveChannel, LiveWord, LiveWords

MOST_WAITING = 64


class EmbeddedLiveSettings(BaseSettings):
    """Nothing to set."""


class EmbeddedLive:
    """Fulfil `LiveChannel` with queues."""

    name = "embedded"
    everywhere = False

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Queue[LiveWord]]] = defaultdict(set)
        self._told: list[Callable[[], None]] = []

    def listened(self, call_sid: str) -> bool:
        """Whether anybody here listens."""
        return call_sid in self._listeners

    def say(self, call_sid: str, word: LiveWord) -> None:
        """A listener that is too slow misses the oldest."""
        for queue in self._listeners.get(call_sid, ()):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(word)

    @asynccontextmanager
    async def listen(self, call_sid: str) -> AsyncIterator[LiveWords]:
        """From now on."""
        queue: asyncio.Queue[LiveWord] = asyncio.Queue(MOST_WAITING)
        self._listeners[call_sid].add(queue)
        try:
            yield queue
        finally:
            self._listeners[call_sid].discard(queue)
            if not self._listeners[call_sid]:
                del self._listeners[call_sid]

    def wake(self) -> None:
        """Tell those of this process."""
        for told in self._told:
            told()

    def on_wake(self, told: Callable[[], None]) -> None:
        """They are told in the order they asked for it."""
        self._told.append(told)

    async def run(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to release."""


ADAPTER: Adapter[LiveChannel, EmbeddedLiveSettings] = Adapter(
    EmbeddedLiveSettings, lambda _settings: EmbeddedLive()
)
