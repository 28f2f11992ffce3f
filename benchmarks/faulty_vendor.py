"""A vendor that fails in a chosen way from a chosen moment: a proxy between it and us.

Works on bytes, so that HTTP, server-sent events and WebSockets fail alike, as networks and
vendors do.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Literal, get_args
from urllib.parse import urlsplit

Fault = Literal[
    "refuses", "401", "429", "5xx", "hangs", "hangs midway", "cuts", "garbage", "very slow"
]
FAULTS: tuple[Fault, ...] = get_args(Fault)
STATUSES = {"401": 401, "429": 429, "5xx": 503}
GARBAGE = bytes(range(128, 256)) * 4
SLOW_FIRST_S = 3.5
SLOW_STEP_S = 0.5
SLOW_BYTES = 200
LATELY_S = 1.0


class FaultyVendor:
    """`midway_bytes`: how much of an answer comes before it hangs or is cut.

    `refusals`: what stands for an HTTP status where HTTP is not spoken.
    """

    def __init__(
        self, target: str, midway_bytes: int, refusals: Mapping[str, bytes] | None = None
    ) -> None:
        parts = urlsplit(target)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._path = parts.path
        self._midway_bytes = midway_bytes
        self._refusals = refusals or {}
        self._busy_at_s = 0.0
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.fault: Fault | None = None
        self.asked = False
        """Whether anything was wanted of it since it broke down."""
        self.address = ""
        self.url = ""

    def break_down(self, fault: Fault) -> None:
        """From now on. Connections that are open fail as new ones do."""
        self.fault = fault
        if fault == "refuses" or fault in STATUSES:
            busy_for_s = asyncio.get_running_loop().time() - self._busy_at_s
            self.asked |= bool(self._open) and busy_for_s < LATELY_S
            for writer in list(self._open):
                writer.transport.abort()

    def heal(self) -> None:
        """New connections are well again."""
        self.fault = None

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["FaultyVendor"]:
        """On a free port."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self.url = f"http://{self.address}{self._path}"
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._open.add(writer)
        self._noted()
        try:
            await self._serve(reader, writer)
        except* (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # Either side has gone, or the benchmark is over.
        finally:
            self._open.discard(writer)
            self._tasks.discard(task)
            writer.close()

    def _noted(self) -> None:
        self._busy_at_s = asyncio.get_running_loop().time()
        self.asked |= self.fault is not None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        match self.fault:
            case "refuses":
                writer.transport.abort()
            case "401" | "429" | "5xx" as status if status in self._refusals:
                await reader.read(65536)
                writer.write(self._refusals[status])
                await writer.drain()
            case "401" | "429" | "5xx" as status:
                await reader.readuntil(b"\r\n\r\n")
                head = f"HTTP/1.1 {STATUSES[status]} No\r\ncontent-type: application/json\r\n"
                writer.write(f"{head}content-length: 2\r\nconnection: close\r\n\r\n{{}}".encode())
                await writer.drain()
            case "garbage":
                await reader.read(1)
                writer.write(GARBAGE)
                await writer.drain()
            case "hangs":
                while await reader.read(65536):
                    pass
            case _:
                await self._relay(reader, writer)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection(self._host, self._port)
        try:
            async with asyncio.TaskGroup() as group:
                going_up = group.create_task(_pump(reader, up_writer, self._noted))
                await self._down(up_reader, writer)
                going_up.cancel()
        finally:
            up_writer.close()

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passed, is_slow = 0, False
        while data := await reader.read(16384):
            self._noted()
            match self.fault:
                case "hangs":
                    continue
                case "garbage":
                    data = GARBAGE
                case "hangs midway" | "cuts" as fault:
                    data = data[: max(0, self._midway_bytes - passed)]
                    passed += len(data)
                    if fault == "cuts" and passed >= self._midway_bytes:
                        writer.write(data)
                        await writer.drain()
                        writer.transport.abort()
                        return
                case "very slow":
                    await asyncio.sleep(0 if is_slow else SLOW_FIRST_S)
                    is_slow = True
                    for start in range(0, len(data), SLOW_BYTES):
                        writer.write(data[start : start + SLOW_BYTES])
                        await asyncio.sleep(SLOW_STEP_S)
                    continue
            writer.write(data)
            await writer.drain()


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, noted: Callable[[], None]
) -> None:
    with suppress(OSError):
        while data := await reader.read(16384):
            noted()
            writer.write(data)
            await writer.drain()
