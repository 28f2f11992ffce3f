"""What a server's processes use, read from outside."""

import asyncio
import os
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

CHILD = "import sys; print('up', flush=True); sys.stdin.read()"
PARENT = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {CHILD!r}], stdin=subprocess.PIPE)
sys.stdin.read()
"""


async def test_the_workers_of_a_server_count_with_it() -> None:
    from benchmarks.load.machine import ProcessWatch

    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PARENT),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    await process.stdout.readline()  # the child's word: both are there

    both = await ProcessWatch(process.pid).look()
    process.stdin.close()
    await process.wait()

    assert both is not None
    assert both.cpu_s > 0
    assert both.memory_bytes > 2 * 4_000_000
    assert await ProcessWatch(process.pid).look() is None


def test_only_what_is_started_meanwhile_is_pinned() -> None:
    from benchmarks.load.machine import on_cores

    before = os.sched_getaffinity(0)
    core = min(before)

    with on_cores({core}):
        inside = os.sched_getaffinity(0)

    assert (inside, os.sched_getaffinity(0)) == ({core}, before)
