"""When the turn machine wants to be asked again, in media time.

Whoever holds the call looks at `at_ms` with each frame; the loop's timer is for when no frames
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
        self._timer: asyncio.TimerHandle | None = None
        self._timer_s = inf
        self._is_stopped = False
        self.at_ms: float = inf

    def set(self, at_ms: int | None) -> None:
        """Ring then, or not at all; whatever was set before is forgotten."""
        self.at_ms = inf if at_ms is None else at_ms
        if at_ms is None or self._is_stopped:
            return
        loop = asyncio.get_running_loop()
        at_s = loop.time() + (at_ms - self._clock.now_ms) / 1000
        # One that comes too soon finds nothing due and is set anew: deadlines mostly move on.
        if at_s < self._timer_s:
            self._cancel()
            self._timer, self._timer_s = loop.call_at(at_s, self._look), at_s

    def stop(self) -> None:
        """Never ring again."""
        self._is_stopped = True
        self._cancel()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._timer_s = None, inf

    def _look(self) -> None:
        self._timer, self._timer_s = None, inf
        if self._clock.now_ms < self.at_ms:
            self.set(None if self.at_ms == inf else int(self.at_ms))
            return
        try:
            self._ring()
        except Exception as exc:  # noqa: BLE001 - whatever it was, the line must not fall silent
            log.error("deadline_defect", error=type(exc).__name__)
            self._failed()
