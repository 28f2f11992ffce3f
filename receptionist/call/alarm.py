"""When the turn machine wants to be asked again, in media time.

Whoever holds the call tells the time with each frame; the loop's timer is for when no frames
come. No task waits for it: with many calls each wake-up waits its turn, and a deadline moves with
every word.
"""

import asyncio
from collections.abc import Callable
from math import inf

import structlog

from receptionist.call.media_clock import MediaClock

log = structlog.get_logger()


class Alarm:
    """One deadline, which may be moved; `ring` is called at it or soon after."""

    def __init__(
        self, clock: MediaClock, *, ring: Callable[[], None], failed: Callable[[], None]
    ) -> None:
        """`failed` is called when `ring` has raised: nobody else would know."""
        self._clock = clock
        self._ring = ring
        self._failed = failed
        self._at_ms = inf
        self._timer: asyncio.TimerHandle | None = None
        self._timer_s = inf

    def set(self, at_ms: float | None) -> None:
        """Ring then, or not at all; whatever was set before is forgotten."""
        if at_ms is None:
            self._at_ms = inf
            self._cancel()
            return
        self._at_ms = at_ms
        loop = asyncio.get_running_loop()
        at_s = loop.time() + (at_ms - self._clock.now_ms) / 1000
        # One that comes too soon finds nothing due and is set anew: deadlines mostly move on.
        if at_s < self._timer_s:
            self._cancel()
            self._timer, self._timer_s = loop.call_at(at_s, self._look), at_s

    def reached(self, now_ms: int) -> None:
        """It is that time now. Never raises."""
        if now_ms < self._at_ms:
            return
        try:
            self._ring()
        except Exception as exc:  # noqa: BLE001 - whatever it was, the line must not fall silent
            log.error("deadline_defect", error=type(exc).__name__)
            self._failed()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._timer_s = None, inf

    def _look(self) -> None:
        self._timer, self._timer_s = None, inf
        now_ms = self._clock.now_ms
        if now_ms < self._at_ms:
            self.set(self._at_ms)
        else:
            self.reached(now_ms)
