"""Calls of this process as staff see them: their words go out, what staff ask for comes in.

Requests are rows of the database; a wake-up only makes it quicker. A call in plain mode has no
holder: `FrontDesk` takes its requests when the line asks what comes next.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import datetime, timedelta
from typing import Protocol, assert_never

import structlog

from receptionist.call.file import utc_now
from receptionist.ports.live_calls import LiveChannel, LiveWord, Speaker, StaffRequest
from receptionist.ports.records import Database
from receptionist.resilience.tolerance import Rounds

log = structlog.get_logger()

LOOKED_EVERY_S = 1.0
FORGOTTEN_AFTER = timedelta(minutes=10)
FORGOTTEN_EVERY_S = 60.0


class HeldCall(Protocol):
    """A call on the line, as far as staff may steer it."""

    def whisper(self, hint: str) -> None:
        """For the model alone."""

    def take_over(self, number: str) -> None:
        """Somebody of the staff is rung and goes on."""

    def end(self) -> None:
        """Hang up."""


class Watched(Protocol):
    """What a call tells of itself."""

    def holding(self, call_sid: str, call: HeldCall) -> AbstractContextManager[None]:
        """The call is on the line inside this block."""

    def say(self, call_sid: str, speaker: Speaker, text: str) -> None:
        """Somebody says this; never waits."""


class Unwatched:
    """Nobody looks."""

    def holding(self, call_sid: str, call: HeldCall) -> AbstractContextManager[None]:
        """Nothing to do."""
        return nullcontext()

    def say(self, call_sid: str, speaker: Speaker, text: str) -> None:
        """Nobody hears it."""


UNWATCHED = Unwatched()


class LiveCalls:
    """Fulfil `Watched`; one per process."""

    def __init__(
        self,
        database: Database,
        channel: LiveChannel,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._channel = channel
        self._clock = clock
        self._held: dict[str, HeldCall] = {}
        self._woken = asyncio.Event()
        channel.on_wake(self._woken.set)

    @contextmanager
    def holding(self, call_sid: str, call: HeldCall) -> Iterator[None]:
        """The call is on the line inside this block."""
        self._held[call_sid] = call
        try:
            yield
        finally:
            # Resumed on a new stream, the call may already have a new holder.
            if self._held.get(call_sid) is call:
                del self._held[call_sid]

    def say(self, call_sid: str, speaker: Speaker, text: str) -> None:
        """Only where somebody listens."""
        if self._channel.listened(call_sid):
            self._channel.say(call_sid, LiveWord(speaker, text))

    async def watch(self) -> None:
        """Look for requests for ever."""
        looking = Rounds("staff_requests_unread")
        forget_at = 0.0
        loop = asyncio.get_running_loop()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOKED_EVERY_S):
                    await self._woken.wait()
            self._woken.clear()
            with looking.one():
                await self.look()
                if loop.time() >= forget_at:
                    await self._forget()
                    forget_at = loop.time() + FORGOTTEN_EVERY_S

    async def look(self) -> None:
        """Do what staff have asked of calls held here."""
        sids = list(self._held)
        if not sids:
            return
        async with self._database.reading() as uow:
            if not await uow.staff_requests.waiting(sids):
                return
        async with self._database.transaction() as uow:
            taken = await uow.staff_requests.take(sids)
        for request in taken:
            held = self._held.get(request.call_sid)
            if held is not None:
                do(request, held)
                log.info("staff_request_done", call_sid=request.call_sid, kind=request.kind)

    async def _forget(self) -> None:
        async with self._database.transaction() as uow:
            await uow.staff_requests.forget(self._clock() - FORGOTTEN_AFTER)


def do(request: StaffRequest, call: HeldCall) -> None:
    """Carry one out."""
    match request.kind:
        case "whisper":
            call.whisper(request.detail)
        case "take_over":
            call.take_over(request.detail)
        case "end":
            call.end()
        case _:
            assert_never(request.kind)
