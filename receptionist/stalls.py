"""Who holds up the event loop.

While one callback runs, nobody on the other lines is served. A timer of the loop notices
afterwards that it was late; a thread beside it has looked, meanwhile, what the loop's
thread was doing. Blame goes to the innermost function of ours, or to the library's where
none of ours is on the stack. Only names of code are told, never values.
"""

import asyncio
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from receptionist.observability import OURS, Metrics

STALL_S = 0.02
BEAT_S = 0.02
SUSPICIOUS_S = 0.01
"""So late a beat is worth a look: every stall that lasts 30 ms is seen, most shorter ones too."""
MOST_CULPRITS = 100
"""Each is a line in `/metrics`; more than that are counted together."""
OTHERS = "others"
UNSEEN = "unseen"
"""It was over before anybody had looked."""
MACHINE = "machine"
"""The loop had nothing to do and was late all the same: its process was not given a core."""
IDLE = ("asyncio.", "uvloop.", "uvicorn.server.", "uvicorn._compat.", "threading.")


class StallWatch:
    """Counts stalls of the loop it is started on."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._due_s = time.monotonic() + BEAT_S
        self._suspect: str | None = None
        self._thread = threading.Thread(target=self._watch, name="stalls", daemon=True)
        self._stopped = threading.Event()
        self._culprits: set[str] = set()
        self._loop_thread = 0

    def start(self) -> None:
        """Watch the running loop."""
        self._loop_thread = threading.get_ident()
        self._set_next_beat(asyncio.get_running_loop())
        self._thread.start()

    def stop(self) -> None:
        """Leave it alone."""
        self._stopped.set()
        self._thread.join()

    def _set_next_beat(self, loop: asyncio.AbstractEventLoop) -> None:
        self._due_s, self._suspect = time.monotonic() + BEAT_S, None
        loop.call_later(BEAT_S, self._beat, loop)

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        late_s = time.monotonic() - self._due_s
        if late_s > STALL_S:
            self._count(self._suspect or UNSEEN, late_s)
        if not self._stopped.is_set():
            self._set_next_beat(loop)

    def _watch(self) -> None:
        while not self._stopped.wait(BEAT_S):
            if self._suspect is None and time.monotonic() - self._due_s > SUSPICIOUS_S:
                self._suspect = culprit(sys._current_frames().get(self._loop_thread))

    def _count(self, name: str, length_s: float) -> None:
        if name not in self._culprits and len(self._culprits) >= MOST_CULPRITS:
            name = OTHERS
        self._culprits.add(name)
        self._metrics.loop_stalls.labels(name).inc()
        self._metrics.loop_stall_seconds.labels(name).inc(length_s)


def culprit(frame: FrameType | None) -> str:
    """`module:function` of whoever is to blame for what a thread is doing."""
    innermost: str | None = None
    while frame is not None:
        module = str(frame.f_globals.get("__name__", "?"))
        name = f"{module}:{frame.f_code.co_name}"
        if module.partition(".")[0] in OURS and not module.startswith(__name__):
            return name if not _serves(frame) else innermost or MACHINE
        if innermost is None and not f"{module}.".startswith(IDLE):
            innermost = name
        frame = frame.f_back
    return innermost or MACHINE


def _serves(frame: FrameType) -> bool:
    """Whether this is the command that runs the server, which is on every stack."""
    module = str(frame.f_globals.get("__name__", ""))
    return module.startswith(("receptionist.commands", "receptionist.cli", "receptionist.__main__"))


@contextmanager
def watched_stalls(metrics: Metrics) -> Iterator[None]:
    """Watch the running loop meanwhile."""
    watch = StallWatch(metrics)
    watch.start()
    try:
        yield
    finally:
        watch.stop()
