"""The thread that scores windows of all calls, many at a time.

Nothing that happens here may deafen a call: a window that cannot be scored gets
what its loudness says, a thread that stalls is fed from a queue that drops its
oldest windows, and after many failures in a row the model is left alone for good.
The event loops that submit never wait for it.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

import structlog

from providers.vad.silero_engine.windows import Window

log = structlog.get_logger()

LARGEST_BATCH = 64
MOST_WAITING = 4096
"""Of 200 calls that is two thirds of a second; in memory, about two megabytes."""
MOST_FAILURES = 50
BUSY_BATCH = 3
LOOKED_S = 0.05
GATHER_S = 0.008
"""With several calls speaking, so long a wait makes one batch of what would be many."""

Score = Callable[[Sequence[Window]], Sequence[float]]


class ScoringThread:
    """Runs `score` over what is submitted, each call's windows in order. Starts with the first."""

    def __init__(self, score: Score, *, most_waiting: int = MOST_WAITING) -> None:
        self._score = score
        self._most_waiting = most_waiting
        self._waiting: deque[Window | threading.Event] = deque()
        self._arrived = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._failures = 0
        self.batches = 0
        """How many were dealt with; stands still while the thread is stalled."""
        self.failed_windows = 0
        self.dropped_windows = 0

    @property
    def usable(self) -> bool:
        """Whether windows will still be scored by the model."""
        return not self._closed and not self.given_up

    @property
    def given_up(self) -> bool:
        """Whether the model failed too often in a row."""
        return self._failures >= MOST_FAILURES

    def submit(self, window: Window) -> None:
        """Have a window scored soon; never blocks. Without a usable model nothing happens."""
        if self.usable:
            self._put(window)

    def settle(self, timeout_s: float = 10.0) -> bool:
        """Block until all that was submitted is dealt with; for tests and benchmarks."""
        thread = self._thread
        if thread is None or not thread.is_alive():
            return True
        fence = threading.Event()
        self._put(fence)
        until_s = time.monotonic() + timeout_s
        while not fence.wait(LOOKED_S):
            if not thread.is_alive():
                return True  # It gave up just before, and nothing will be dealt with any more.
            if time.monotonic() > until_s:
                return False
        return True

    def close(self, timeout_s: float = 1.0) -> None:
        """End the thread; blocks until it has ended, at most so long."""
        self._closed = True
        self._arrived.set()
        with self._lock:
            thread = self._thread
        if thread is not None and thread.is_alive():
            thread.join(timeout_s)

    def _put(self, item: Window | threading.Event) -> None:
        with self._lock:
            if len(self._waiting) >= self._most_waiting:
                self._drop_oldest()
            self._waiting.append(item)
            if self._thread is None and self.usable:
                self._start()
        self._arrived.set()

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._work, name="voices", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:
            # The machine gives no more threads; the call that needs this one goes on without.
            self._failures = MOST_FAILURES
            log.error("voice_scoring_given_up", exc_info=True)

    def _drop_oldest(self) -> None:
        dropped = self._waiting.popleft()
        if isinstance(dropped, threading.Event):
            dropped.set()
            return
        self.dropped_windows += 1
        # At 1, 2, 4, 8, …: a stall is told, and does not fill the log.
        if self.dropped_windows & (self.dropped_windows - 1) == 0:
            log.warning("voice_windows_dropped", count=self.dropped_windows)

    def _work(self) -> None:
        largest = 0
        while self.usable:
            self._arrived.wait()
            if largest >= BUSY_BATCH:
                time.sleep(GATHER_S)
            self._arrived.clear()
            largest = self._deal_with_all()
        self._deal_with_all()

    def _deal_with_all(self) -> int:
        """Score what waits; the size of the largest batch."""
        largest = 0
        windows, fences = self._take()
        while windows:
            batch, windows = _oldest_of_each(windows)
            largest = max(largest, len(batch))
            self._deal_with(batch)
        for fence in fences:
            fence.set()
        return largest

    def _take(self) -> tuple[list[Window], list[threading.Event]]:
        with self._lock:
            items, self._waiting = self._waiting, deque()
        windows = [item for item in items if isinstance(item, Window)]
        return windows, [item for item in items if isinstance(item, threading.Event)]

    def _deal_with(self, batch: list[Window]) -> None:
        try:
            if self.usable:
                for window, probability in zip(batch, self._score(batch), strict=True):
                    window.probability = probability * window.prominence
                self._failures = 0
            else:
                _go_by_loudness(batch)
        except Exception:  # noqa: BLE001 whatever it is, the calls must go on being heard
            self._failed(batch)
        self.batches += 1

    def _failed(self, batch: list[Window]) -> None:
        _go_by_loudness(batch)
        self._failures += 1
        self.failed_windows += len(batch)
        if self._failures == 1:
            log.warning("voice_scoring_failed", exc_info=True)
        elif not self.usable:
            log.error("voice_scoring_given_up", failures=self._failures)


def _go_by_loudness(windows: list[Window]) -> None:
    for window in windows:
        window.memory.forget()
        window.probability = window.loudness


def _oldest_of_each(windows: list[Window]) -> tuple[list[Window], list[Window]]:
    """The oldest window of each call, and those that must follow them."""
    batch: dict[int, Window] = {}
    later: list[Window] = []
    for window in windows:
        if id(window.memory) in batch or len(batch) >= LARGEST_BATCH:
            later.append(window)
        else:
            batch[id(window.memory)] = window
    return list(batch.values()), later
