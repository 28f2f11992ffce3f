"""Attempts at an answer: started early, committed or dropped, one at a time.

An eager attempt thinks before it is sure that the caller has finished. Nothing
of it is spoken, and nothing that changes the world is done, before it is
committed; dropped, it leaves the conversation as it was.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import structlog

from receptionist.call.file import CallFile
from receptionist.conversation.context import Conversation
from receptionist.conversation.events import ActionDone, RouterEvent
from receptionist.conversation.router import Router

log = structlog.get_logger()


class Attempt:
    """One run of the router over what the caller said (None: over a note already in place)."""

    def __init__(self, text: str | None, *, committed: bool) -> None:
        self.text = text
        self.committed = asyncio.Event()
        self.dropped = False
        self.events: list[RouterEvent] = []
        if committed:
            self.committed.set()


class Answering:
    """Run attempts for one call."""

    def __init__(
        self,
        router: Router,
        file: CallFile,
        *,
        deliver: Callable[[RouterEvent], None],
        finished: Callable[[Attempt], None],
        failed: Callable[[], None],
    ) -> None:
        self._router = router
        self._file = file
        self._deliver = deliver
        self._finished = finished
        self._failed = failed
        self._current: Attempt | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether the model is still at it."""
        return self._task is not None and not self._task.done()

    def start(self, group: asyncio.TaskGroup, text: str | None, *, eager: bool) -> None:
        """Begin to answer. The attempt before, if any is left, is cancelled first."""
        previous = self._task
        if previous is not None:
            previous.cancel()
        self._current = Attempt(text, committed=not eager)
        self._task = group.create_task(self._run(self._current, previous))

    def commit(self) -> None:
        """The caller has finished: say what was prepared and go on."""
        attempt = self._current
        if attempt is None:
            return
        attempt.committed.set()
        for event in attempt.events:
            self._deliver(event)
        attempt.events.clear()
        if not self.running:
            self._finished(attempt)

    def drop(self) -> None:
        """The caller went on: nothing was said, nothing of it stays."""
        if self._current is not None:
            self._current.dropped = True
        self.cancel()

    def cancel(self) -> None:
        """Stop thinking; what has been said and done stays in the conversation."""
        if self._task is not None:
            self._task.cancel()
        self._current = None

    async def _run(self, attempt: Attempt, previous: asyncio.Task[None] | None) -> None:
        if previous is not None:
            await asyncio.wait([previous])
        self._file.refresh_clock()
        before = self._file.conversation.snapshot()
        acted = False
        try:
            if attempt.text is not None:
                self._file.conversation.begin_turn(attempt.text)
            events = self._router.respond(self._file.conversation, may_act=attempt.committed.wait)
            async with aclosing(events):
                async for event in events:
                    acted = acted or isinstance(event, ActionDone)
                    self._pass_on(attempt, event)
        except Exception:  # whatever it was, the caller must hear something
            log.exception("attempt_failed")
            self._failed()
            return
        finally:
            if attempt.dropped and not acted:
                facts = self._file.conversation.facts
                self._file.conversation = Conversation.restore(before, facts)
        if attempt.committed.is_set():
            self._finished(attempt)

    def _pass_on(self, attempt: Attempt, event: RouterEvent) -> None:
        if attempt.committed.is_set():
            self._deliver(event)
        else:
            attempt.events.append(event)
