"""`receptionist serve` as a process of its own, to be signalled and killed."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx

from tests.commands.terminal import ROOT

PATIENCE_S = 120


class EndedEarlyError(Exception):
    """The server stopped before it was ready; holds its exit code."""


class ServerProcess:
    """A running server and its worker processes."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def send(self, number: int) -> None:
        """A signal to the process that was started, not to those below it."""
        self.process.send_signal(number)

    async def workers(self) -> set[int]:
        """The processes that hold the port."""
        below = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        pids = {int(pid) for pid in below.read_text().split()}
        return {pid for pid in pids if b"resource_tracker" not in command_line(pid)}

    async def ready(self) -> int:
        """The status of `/ready`; 0 when nobody answers."""
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            try:
                return (await client.get(f"{self.url}/ready")).status_code
            except httpx.TransportError:
                return 0

    async def until_ready(self, status: int) -> None:
        """Wait until `/ready` answers with this status; 0 is no answer."""
        async with asyncio.timeout(PATIENCE_S):
            while await self.ready() != status:
                if status and self.process.returncode is not None:
                    raise EndedEarlyError(self.process.returncode)
                await asyncio.sleep(0.05)

    async def ended(self) -> int:
        """Wait for its end; the exit code."""
        async with asyncio.timeout(PATIENCE_S):
            return await self.process.wait()


def command_line(pid: int) -> bytes:
    """How a process was started; empty when it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def free_port() -> int:
    """A port that nobody has just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@asynccontextmanager
async def server_process(
    directory: Path, *arguments: str, port: int | None = None, **settings: str
) -> AsyncIterator[ServerProcess]:
    """A server that is ready; whatever is left of it at the end is killed."""
    server = await _started(directory, arguments, port or free_port(), settings)
    process = server.process
    known: set[int] = set()
    try:
        try:
            await server.until_ready(200)
        except EndedEarlyError:
            if port is not None:
                raise
            # Somebody has taken the free port before it could.
            server = await _started(directory, arguments, free_port(), settings)
            process = server.process
            await server.until_ready(200)
        known = await server.workers()
        yield server
    finally:
        if process.returncode is None:
            known |= await server.workers()
            process.kill()
        for pid in known:
            if b"receptionist" in command_line(pid) or b"multiprocessing" in command_line(pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        await process.wait()


async def _started(
    directory: Path, arguments: tuple[str, ...], port: int, settings: dict[str, str]
) -> ServerProcess:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "receptionist", "serve", "--port", str(port), *arguments),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=directory,
        env={**kept, **settings, "PYTHONPATH": str(ROOT)},
    )
    return ServerProcess(process, port)
