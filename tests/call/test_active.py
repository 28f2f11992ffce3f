"""Which calls a process still has to finish."""

import asyncio

from receptionist.call.active import ASKS_AGAIN_S, ActiveCalls
from receptionist.observability import Metrics


class Clock:
    """Time as a test wants it."""

    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def calls(clock: Clock | None = None) -> ActiveCalls:
    return ActiveCalls(Metrics(), clock or Clock())


def test_a_call_in_plain_mode_counts_until_it_asks_no_more() -> None:
    active = calls()

    active.asks_again("CA1")
    active.asks_again("CA1")
    active.asks_again("CA2")
    before = len(active)
    active.asks_no_more("CA1")
    active.asks_no_more("CA1")

    assert (before, len(active)) == (2, 1)


def test_a_call_in_plain_mode_that_never_asks_again_is_given_up() -> None:
    clock = Clock()
    active = calls(clock)

    active.asks_again("CA1")
    clock.now_s += ASKS_AGAIN_S

    assert len(active) == 0


async def test_draining_waits_for_the_last_call() -> None:
    active = calls()
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        with active.holding("stream"):
            draining = group.create_task(active.drain(5))
            await asyncio.sleep(0)
            was_draining = active.draining and not draining.done()

    assert was_draining
    assert draining.result()


async def test_draining_has_an_end() -> None:
    active = calls()

    with active.holding("phone"):
        assert not await active.drain(0)
