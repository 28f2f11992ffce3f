"""When the turn machine is asked again."""

import asyncio

import pytest

from receptionist.call.alarm import Alarm
from receptionist.call.media_clock import MediaClock


class Bell:
    """Counts, and can be broken."""

    def __init__(self) -> None:
        self.rung = self.failed = 0
        self.is_broken = False

    def ring(self) -> None:
        self.rung += 1
        if self.is_broken:
            raise ValueError

    def fail(self) -> None:
        self.failed += 1


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def alarm(bell: Bell) -> Alarm:
    return Alarm(MediaClock(), ring=bell.ring, failed=bell.fail)


@pytest.mark.parametrize(
    ("deadlines", "times"),
    [
        pytest.param([20], 1, id="by the wall, without a frame"),
        pytest.param([-5], 1, id="at once for what is past"),
        pytest.param([10, 60], 1, id="once, although it was moved on"),
        pytest.param([20, 60_000], 0, id="not before what it was moved on to"),
        pytest.param([60_000, 20], 1, id="sooner when it is moved forward"),
        pytest.param([20, None], 0, id="never without a deadline"),
    ],
)
async def test_it_rings(alarm: Alarm, bell: Bell, deadlines: list[int | None], times: int) -> None:
    for deadline in deadlines:
        alarm.set(deadline)

    await asyncio.sleep(0.3)

    assert bell.rung == times


async def test_a_frame_that_reaches_the_deadline_rings_without_waiting(
    alarm: Alarm, bell: Bell
) -> None:
    alarm.set(60_000)

    alarm.reached(59_980)
    assert bell.rung == 0

    alarm.reached(60_000)
    assert bell.rung == 1


async def test_whoever_holds_the_call_is_told_when_ringing_fails(alarm: Alarm, bell: Bell) -> None:
    bell.is_broken = True
    alarm.set(60_000)

    alarm.reached(60_000)

    assert (bell.rung, bell.failed) == (1, 1)
