"""When the turn machine is asked again."""

import asyncio
from math import inf

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


async def test_it_rings_by_the_wall_when_no_frames_come(alarm: Alarm, bell: Bell) -> None:
    alarm.set(20)

    await asyncio.sleep(0.1)

    assert bell.rung == 1


async def test_it_rings_at_once_for_what_is_past(alarm: Alarm, bell: Bell) -> None:
    alarm.set(-5)

    await asyncio.sleep(0.05)

    assert bell.rung == 1


async def test_moved_on_it_does_not_ring_before_and_rings_then(alarm: Alarm, bell: Bell) -> None:
    alarm.set(20)
    alarm.set(300)

    await asyncio.sleep(0.15)
    assert bell.rung == 0

    await asyncio.sleep(0.3)
    assert bell.rung == 1


async def test_moved_forward_it_rings_sooner(alarm: Alarm, bell: Bell) -> None:
    alarm.set(60_000)
    alarm.set(20)

    await asyncio.sleep(0.1)

    assert bell.rung == 1


async def test_without_a_deadline_it_never_rings(alarm: Alarm, bell: Bell) -> None:
    alarm.set(20)
    alarm.set(None)

    await asyncio.sleep(0.1)

    assert bell.rung == 0
    assert alarm.at_ms == inf


async def test_stopped_it_never_rings(alarm: Alarm, bell: Bell) -> None:
    alarm.set(20)
    alarm.stop()
    alarm.set(20)

    await asyncio.sleep(0.1)

    assert bell.rung == 0


async def test_whoever_holds_the_call_is_told_when_ringing_fails(alarm: Alarm, bell: Bell) -> None:
    bell.is_broken = True
    alarm.set(0)

    await asyncio.sleep(0.05)

    assert (bell.rung, bell.failed) == (1, 1)
