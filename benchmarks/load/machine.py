"""The machine as a load benchmark divides and reads it: cores, quickness, processes (Linux)."""

import base64
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from receptionist.line.load.server import Usage

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
PROCESSES = Path("/proc")
USER, SYSTEM = 11, 12
"""Fields of `stat` behind the process's name, which may hold anything but its last bracket."""

ROUNDS, TIMES = 30, 1000


def json_us() -> float:
    """Microseconds in which `json.loads` reads a media stream's message; 2.0 on a quick machine."""
    message = json.dumps(
        {
            "event": "media",
            "sequenceNumber": "1234",
            "media": {
                "track": "inbound",
                "chunk": "1233",
                "timestamp": "24660",
                "payload": base64.b64encode(bytes(range(160))).decode(),
            },
            "streamSid": f"MZ{'0' * 32}",
        }
    )
    found = []
    for _ in range(ROUNDS):
        began_s = time.process_time()
        for _ in range(TIMES):
            json.loads(message)
        found.append((time.process_time() - began_s) / TIMES * 1e6)
    return median(found)


@contextmanager
def on_cores(cores: set[int]) -> Iterator[None]:
    """Processes that are started meanwhile run on these cores only, with all their threads."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class ProcessWatch:
    """A server and the workers it has started, read from outside.

    `/metrics` knows one worker, and costs the server that is being measured.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid

    async def look(self) -> Usage | None:
        """CPU time since they began, and memory now; None when the server is gone."""
        if not (PROCESSES / str(self._pid)).exists():
            return None
        used = [_usage(pid) for pid in _family(self._pid)]
        return Usage(sum(each.cpu_s for each in used), sum(each.memory_bytes for each in used))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for thread in PROCESSES.glob(f"{pid}/task/*/children"):
        for child in thread.read_text().split():
            yield from _family(int(child))


def _usage(pid: int) -> Usage:
    stat = (PROCESSES / str(pid) / "stat").read_text().rpartition(")")[2].split()
    pages = (PROCESSES / str(pid) / "statm").read_text().split()[1]
    return Usage((int(stat[USER]) + int(stat[SYSTEM])) / TICKS, float(int(pages) * PAGE))
