"""Several server processes on one port: started, replaced when one dies, stopped together.

Each process listens on the port for itself (`SO_REUSEPORT`), so the kernel spreads requests
over them; who holds a call they settle themselves (`call/neighbours.py`). The parent holds no
call and answers nothing: it passes signals on and waits. Must not know what they serve.
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
    """`count` processes that run `work` with their number, the first being 0.

    `work` must be picklable. `died` is told the number and the process of each that ended.
    """

    def __init__(
        self,
        work: Callable[[int], None],
        count: int,
        *,
        stops_within_s: float,
        died: Callable[[int, int], None] = lambda number, pid: None,
    ) -> None:
        self._work = work
        self._died = died
        self._count = count
        self._stops_within_s = stops_within_s
        self._processes: dict[SpawnProcess, int] = {}
        self._stop_by: float | None = None
        self._exit_code = 0

    def run(self) -> int:
        """Until all have stopped; returns the exit code."""
        before = {each: signal.signal(each, self._stop) for each in SIGNALS}
        try:
            for number in range(self._count):
                self._start(number)
            while self._processes:
                wait([process.sentinel for process in self._processes], timeout=PAUSE_S)
                self._look_after()
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)
        return self._exit_code

    def _start(self, number: int) -> None:
        process = get_context("spawn").Process(target=_worker, args=(self._work, number))
        process.start()
        self._processes[process] = number
        if self._stop_by is not None:  # the signal came between these lines
            process.terminate()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        """The first signal lets calls finish, a second one stops at once: workers know both."""
        self._stop_by = self._stop_by or time.monotonic() + self._stops_within_s
        self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        for process in list(self._processes):
            if process.is_alive() and process.pid is not None:
                os.kill(process.pid, number)

    def _look_after(self) -> None:
        if self._stop_by is not None and time.monotonic() > self._stop_by:
            self._signal(signal.SIGKILL)
        for process in [each for each in self._processes if not each.is_alive()]:
            number = self._processes.pop(process)
            if process.pid is not None:
                self._died(number, process.pid)
            if self._stop_by is None:
                self._replace(process, number)

    def _replace(self, dead: SpawnProcess, number: int) -> None:
        log.error("worker_died", pid=dead.pid, exit_code=dead.exitcode)
        if dead.exitcode == STARTUP_FAILURE:
            # It would fail the same way again.
            self._exit_code = STARTUP_FAILURE
            self._stop(signal.SIGTERM, None)
            return
        # A process that dies at once must not make this one spin.
        time.sleep(PAUSE_S)
        if self._stop_by is None:
            self._start(number)


def _worker(work: Callable[[int], None], number: int) -> None:
    # A terminal's Ctrl+C goes to the whole group: here it must arrive once, from the parent.
    os.setpgid(0, 0)
    work(number)


def supervisor_gone() -> int | None:
    """A file descriptor that becomes readable when the parent dies; None without a parent."""
    parent = parent_process()
    return None if parent is None else parent.sentinel
