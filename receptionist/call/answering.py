"""Attempts at an answer: started early, committed or dropped, one at a time.

An eager attempt thinks before it is sure that the caller has finished. Nothing
of it is spoken, and nothing that changes the world is done, before it is
committed; dropped, it leaves the conversation as it was.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import structlog

from receptionist.call.file import CallFile
from receptionist.conversation.context import Conversation
from receptionist.conversation.events import (
    ActionDone,
    ActionStarted,
    RouterEvent,
    Sentence,
    SentenceForeseen,
)
from receptionist.conversation.router import Router

log = structlog.get_logger()


class Attempt:
    """One run of the router over what the caller said (None: over a note already in place)."""

    def __init__(self, text: str | None, *, committed: bool) -> None:
        self.text = text
        self.committed = asyncio.Event()
        self.dropped = self.acted = False
        self.before: dict[str, Any] | None = None
        """The conversation as it was; None until the attempt has begun."""
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
        foresee: Callable[[str, bool], None],
        finished: Callable[[Attempt], None],
        failed: Callable[[], None],
    ) -> None:
        self._router = router
        self._file = file
        self._deliver = deliver
        self._foresee = foresee
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
        self._file.save_state()
        for event in attempt.events:
            self._deliver(event)
        attempt.events.clear()
        if not self.running:
            self._finished(attempt)

    def drop(self) -> None:
        """The caller went on: nothing was said, nothing of it stays but what it has done.

        At once, and not when the cancelled task gets to it: what is added to the
        conversation from now on must not be taken back with it.
        """
        attempt = self._current
        self.cancel()
        if attempt is None:
            return
        attempt.dropped = True
        if attempt.before is not None and not attempt.acted:
            facts = self._file.conversation.facts
            self._file.conversation = Conversation.restore(attempt.before, facts)

    def cancel(self) -> None:
        """Stop thinking; what has been said and done stays in the conversation."""
        if self._task is not None:
            self._task.cancel()
        self._current = None

    async def _run(self, attempt: Attempt, previous: asyncio.Task[None] | None) -> None:
        if previous is not None:
            await asyncio.wait([previous])
        self._file.refresh_clock()
        conversation = self._file.conversation
        attempt.before = conversation.snapshot()
        try:
            if attempt.text is not None:
                conversation.begin_turn(attempt.text)
                # From here on another process would answer these words.
                self._file.answered = False
                self._file.save_state()
            events = self._router.respond(conversation, may_act=attempt.committed.wait)
            async with aclosing(events):
                async for event in events:
                    self._pass_on(attempt, event)
        except Exception:  # whatever it was, the caller must hear something
            log.exception("attempt_failed")
            if attempt is self._current:
                self._failed()
            return
        if attempt.committed.is_set():
            self._finished(attempt)

    def _pass_on(self, attempt: Attempt, event: RouterEvent) -> None:
        attempt.acted = attempt.acted or isinstance(event, ActionStarted | ActionDone)
        if isinstance(event, SentenceForeseen):
            self._foresee(event.text, False)
            return
        if attempt.committed.is_set():
            self._deliver(event)
            return
        if isinstance(event, Sentence) and not attempt.events and not event.filler:
            self._foresee(event.text, True)
        attempt.events.append(event)
