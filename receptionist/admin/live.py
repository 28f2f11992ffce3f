"""Server-sent events: a browser learns that something it shows has changed.

An event names a topic, never what has changed: the page asks for itself again, with its own
rights and its own audit row. A page carries the marks it was drawn with, so that what changes
before it listens is told as well. Processes learn of each other's changes from the database,
which each process asks when a page is drawn and once a second while a browser listens.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from starlette.responses import StreamingResponse

from receptionist.ports.records import Database, UnitOfWork

ASKED_EVERY_S = 1.0
LOOKED_EVERY_S = 0.25
ALIVE_EVERY_S = 15.0
LIFETIME_S = 600.0
"""Browsers come back by themselves; whoever may no longer sign in does not."""
RETRY_MS = 2_000
SHOWN_BACK = timedelta(days=7)
"""Changes of older appointments are not told."""

Topic = Callable[[UnitOfWork], Awaitable[str]]
"""Something short that differs whenever what the topic is about has changed."""

TOPICS: Mapping[str, Topic] = {
    "inbox": lambda uow: uow.messages.latest_change(),
    "calls": lambda uow: uow.calls.latest_change(),
    "words": lambda uow: _words(uow),
    "calendar": lambda uow: uow.appointments.latest_change(datetime.now(UTC) - SHOWN_BACK),
}


class StaffEvents:
    """One per process. `stopping` says that open streams keep the process from ending."""

    def __init__(
        self,
        database: Database,
        topics: Mapping[str, Topic] = TOPICS,
        *,
        stopping: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._topics = topics
        self._stopping = stopping
        self._clock = clock
        self._asking = asyncio.Lock()
        self._asked_at = float("-inf")
        self._marks: Mapping[str, str] = {}

    @property
    def stopping(self) -> bool:
        """Whether what is open has to end."""
        return self._stopping()

    def asked(self, topics: str) -> dict[str, str]:
        """`inbox.c0ffee,calls` by topic: the mark its page was drawn with, empty when not said."""
        pairs = (each.partition(".") for each in topics.split(","))
        return {name: mark for name, _, mark in pairs if name in self._topics}

    def response(self, asked: Mapping[str, str]) -> StreamingResponse:
        """An endless answer in the browser's `EventSource` format."""
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(
            self.stream(asked), media_type="text/event-stream", headers=headers
        )

    async def stream(self, asked: Mapping[str, str]) -> AsyncIterator[str]:
        """`event: inbox` whenever the inbox is not what its mark says."""
        marks = await self.marks(fresh=True)
        seen = {name: mark or marks[name] for name, mark in asked.items()}
        until, quiet_since = self._clock() + LIFETIME_S, self._clock()
        yield f"retry: {RETRY_MS}\n\n"
        while self._clock() < until and not self._stopping():
            changed = [name for name, mark in seen.items() if mark != marks[name]]
            seen = {name: marks[name] for name in seen}
            for name in changed:
                yield f"event: {name}\ndata:\n\n"
            if changed:
                quiet_since = self._clock()
            elif self._clock() - quiet_since > ALIVE_EVERY_S:
                quiet_since = self._clock()
                yield ": still here\n\n"
            await asyncio.sleep(LOOKED_EVERY_S)
            marks = await self.marks()

    async def marks(self, *, fresh: bool = False) -> Mapping[str, str]:
        """Each topic's mark, at most a second old.

        `fresh`: of this moment, as a page and a stream begin with: what is asked for and done
        within a second leaves the mark that was there before.
        """
        async with self._asking:
            if fresh or self._clock() - self._asked_at >= ASKED_EVERY_S:
                async with self._database.reading() as uow:
                    self._marks = {
                        name: _short(await ask(uow)) for name, ask in self._topics.items()
                    }
                self._asked_at = self._clock()
        return self._marks


def _short(change: str) -> str:
    return blake2b(change.encode(), digest_size=6).hexdigest()


async def _words(uow: UnitOfWork) -> str:
    """What is said in any call, and what staff have asked of one."""
    return f"{await uow.turns.latest_change()} {await uow.staff_requests.latest_change()}"
