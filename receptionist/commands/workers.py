"""Several server processes on one port: started, replaced when one dies, stopped together.

Each process listens on the port for itself (`SO_REUSEPORT`), so the kernel spreads calls
evenly over them; a listening socket shared by all does not. The parent holds no call and
answers nothing: it passes signals on and waits. Must not know what the processes serve.
"""

import os
import signal
import time
from collections.abc import Callable
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from types import FrameType

import structlog
from uvicorn.config import STARTUP_FAILURE

log = structlog.get_logger()

SIGNALS = (signal.SIGTERM, signal.SIGINT)
PAUSE_S = 1.0
"""Between two looks at the processes, and before a dead one is replaced."""


class Workers:
    """`count` processes that run `work`, which must be a function of a module."""

    def __init__(self, work: Callable[[], None], count: int, *, stops_within_s: float) -> None:
        self._work = work
        self._count = count
        self._stops_within_s = stops_within_s
        self._processes: list[SpawnProcess] = []
        self._stop_by: float | None = None
        self._exit_code = 0

    def run(self) -> int:
        """Until all have stopped; returns the exit code."""
        before = {each: signal.signal(each, self._stop) for each in SIGNALS}
        try:
            for _ in range(self._count):
                self._start()
            while self._processes:
                wait([process.sentinel for process in self._processes], timeout=PAUSE_S)
                self._look_after()
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)
        return self._exit_code

    def _start(self) -> None:
        process = get_context("spawn").Process(target=_worker, args=(self._work,))
        process.start()
        self._processes.append(process)
        if self._stop_by is not None:  # the signal came between these lines
            process.terminate()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        """The first signal lets calls finish, a second one stops at once: workers know both."""
        self._stop_by = self._stop_by or time.monotonic() + self._stops_within_s
        self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        for process in self._processes:
            if process.is_alive() and process.pid is not None:
                os.kill(process.pid, number)

    def _look_after(self) -> None:
        if self._stop_by is not None and time.monotonic() > self._stop_by:
            self._signal(signal.SIGKILL)
        for process in [each for each in self._processes if not each.is_alive()]:
            self._processes.remove(process)
            if self._stop_by is None:
                self._replace(process)

    def _replace(self, dead: SpawnProcess) -> None:
        log.error("worker_died", pid=dead.pid, exit_code=dead.exitcode)
        if dead.exitcode == STARTUP_FAILURE:
            # It would fail the same way again.
            self._exit_code = STARTUP_FAILURE
            self._stop(signal.SIGTERM, None)
            return
        # A process that dies at once must not make this one spin.
        time.sleep(PAUSE_S)
        if self._stop_by is None:
            self._start()


def _worker(work: Callable[[], None]) -> None:
    # A terminal's Ctrl+C goes to the whole group: here it must arrive once, from the parent.
    os.setpgid(0, 0)
    work()


def supervisor_gone() -> int | None:
    """A file descriptor that becomes readable when the parent dies; None without a parent."""
    parent = parent_process()
    return None if parent is None else parent.sentinel
