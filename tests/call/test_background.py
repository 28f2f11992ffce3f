"""Tasks of the process: started, ended with it, and never left lying about unawaited."""

import asyncio
import gc
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from receptionist.call.background import Background


class Work:
    """Counts how often it began and how often it was cancelled."""

    def __init__(self) -> None:
        self.begun = self.cancelled = 0

    async def run(self) -> None:
        self.begun += 1
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise

    async def run_and(self, at_the_end: Callable[[], None]) -> None:
        try:
            await self.run()
        finally:
            at_the_end()


def is_closed(work: Coroutine[Any, Any, None]) -> bool:
    return getattr(work, "cr_frame", None) is None


async def test_what_runs_is_cancelled_at_the_end() -> None:
    work = Work()
    async with Background() as background:
        background.spawn(work.run(), "work")
        await asyncio.sleep(0)

    assert (work.begun, work.cancelled) == (1, 1)


async def test_what_is_cancelled_before_its_first_step_is_closed() -> None:
    work = Work()
    unstarted = work.run()
    async with Background() as background:
        background.spawn(unstarted, "work")
    gc.collect()  # a coroutine nobody awaited would warn now, and warnings are errors

    assert work.begun == 0
    assert is_closed(unstarted)


async def test_what_comes_while_the_block_is_left_neither_runs_nor_holds_it_up() -> None:
    work, late = Work(), Work()
    coming = late.run()
    async with asyncio.timeout(5):
        async with Background() as background:
            spawn_late = lambda: background.spawn(coming, "late")  # noqa: E731
            background.spawn(work.run_and(spawn_late), "work")
            await asyncio.sleep(0)
    gc.collect()

    assert (work.cancelled, late.begun) == (1, 0)
    assert is_closed(coming)


async def test_what_comes_after_the_block_is_closed() -> None:
    work = Work()
    async with Background() as background:
        pass
    coming = work.run()
    background.spawn(coming, "late")
    gc.collect()

    assert work.begun == 0
    assert is_closed(coming)


async def test_one_that_fails_ends_alone() -> None:
    async def fails() -> None:
        raise OSError("broken")

    work = Work()
    with structlog.testing.capture_logs() as log:
        async with Background() as background:
            background.spawn(fails(), "fails")
            background.spawn(work.run(), "work")
            await asyncio.sleep(0)
            still_running = work.cancelled == 0

    assert still_running
    assert [entry["task"] for entry in log] == ["fails"]
