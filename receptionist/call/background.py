"""Tasks that outlive the request that started them, in one task group of the process.

A recogniser is opened while Twilio still reads our TwiML, before its call has a
task group of its own. Nothing here may take the process down: a failure is
logged by its code and ends only that task.
"""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self

import structlog

log = structlog.get_logger()


class Background:
    """An asynchronous context manager; leaving it cancels what is left, and takes no more."""

    def __init__(self) -> None:
        self._group = asyncio.TaskGroup()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_open = False

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._is_open = True
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_open = False
        for task in self._tasks:
            task.cancel()
        await self._group.__aexit__(exc_type, exc, traceback)

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Start it. Outside the block it comes to nothing, as if it had been cancelled at once."""
        if not self._is_open:
            work.close()
            return
        task = self._group.create_task(self._guarded(work, name), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # A task that is cancelled before its first step has never touched its work.
        task.add_done_callback(lambda _: work.close())

    async def _guarded(self, work: Coroutine[Any, Any, None], name: str) -> None:
        try:
            await work
        except Exception:  # one task's failure is not the process's
            log.exception("background_task_failed", task=name)
