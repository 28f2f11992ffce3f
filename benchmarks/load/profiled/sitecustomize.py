"""Loaded by a server under `--profile`: where its main thread is when 4 ms of CPU are used up.

A sample weighs what the thread itself has used since the last, so that neither a core that is
shared nor the detector's thread shows up in it. What is spent outside Python's code counts for
the next of its functions that runs.
"""

import os
import pickle
import signal
import sys
import time
from pathlib import Path
from types import CodeType, FrameType

SAMPLE_S = 0.004
STORE_S = 5.0
Stack = tuple[CodeType, ...]


class Sampler:
    """Counts CPU seconds by stack, innermost first, and stores them now and then."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._found: dict[Stack, float] = {}
        self._before_s = time.thread_time()
        self._stored_s = time.monotonic()

    def start(self) -> None:
        """Sample this thread, which must be the main one."""
        signal.signal(signal.SIGPROF, self._sample)
        signal.siginterrupt(signal.SIGPROF, False)
        signal.setitimer(signal.ITIMER_PROF, SAMPLE_S)

    def _sample(self, _signal: int, frame: FrameType | None) -> None:
        spent_s = time.thread_time() - self._before_s
        stack = []
        while frame is not None:
            stack.append(frame.f_code)
            frame = frame.f_back
        key = tuple(stack)
        self._found[key] = self._found.get(key, 0.0) + spent_s
        if time.monotonic() - self._stored_s > STORE_S:
            self._store()
        self._before_s = time.thread_time()
        # Not by an interval: a sample that takes long must not be sampled.
        signal.setitimer(signal.ITIMER_PROF, SAMPLE_S)

    def _store(self) -> None:
        named = [
            (spent_s, [(code.co_filename, code.co_qualname) for code in stack])
            for stack, spent_s in self._found.items()
        ]
        self._file.write_bytes(pickle.dumps(named))
        self._found.clear()
        self._file = self._file.with_name(f"{self._file.stem}.{time.time_ns()}")
        self._stored_s = time.monotonic()


if "PROFILE" in os.environ and "serve" in sys.orig_argv:
    Sampler(Path(os.environ["PROFILE"]) / "begun").start()
