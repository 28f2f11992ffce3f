"""Who holds up the event loop is counted by name."""

import asyncio
import sys
import threading
import time
from collections.abc import Callable

from receptionist.observability import Metrics
from receptionist.stalls import MACHINE, culprit, watched_stalls

LONG_S = 0.15
LIMIT_S = 10


def stalls(metrics: Metrics) -> dict[str, float]:
    """Counted so far, by who is to blame."""
    return {
        sample.labels["culprit"]: sample.value
        for family in metrics.loop_stalls.collect()
        for sample in family.samples
        if sample.name.endswith("_total")
    }


def hold_up_everybody() -> None:
    time.sleep(LONG_S)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_function_that_blocks_the_loop_is_named() -> None:
    metrics = Metrics()
    with watched_stalls(metrics):
        await asyncio.sleep(0)
        hold_up_everybody()
        await until(lambda: bool(stalls(metrics)))

    assert f"{__name__}:hold_up_everybody" in stalls(metrics)


def test_our_function_is_blamed_for_the_librarys_it_called() -> None:
    found = []
    code = "def inner(look):\n look()\n"
    library: dict[str, object] = {"__name__": "somewhere.else"}
    exec(code, library)
    ours: dict[str, object] = {"__name__": "receptionist.voice.audio", "inner": library["inner"]}
    exec("def outer(look):\n inner(look)\n", ours)

    def look() -> None:
        frame = sys._current_frames()[threading.get_ident()]
        found.append(culprit(frame.f_back))

    ours["outer"](look)  # type: ignore[operator] # made above

    assert found == ["receptionist.voice.audio:outer"]


def test_a_loop_that_had_nothing_to_do_blames_the_machine() -> None:
    assert culprit(None) == MACHINE
