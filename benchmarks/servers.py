"""Server processes of one practice, and the balancer a phone company's requests come through."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from receptionist.line.caller import CallOptions
from receptionist.line.console import options_for
from receptionist.line.webhooks import Addresses
from tests.commands.server_process import free_port
from tests.emulators import deepgram, elevenlabs

ROOT = Path(__file__).parents[1]
PUBLIC_URL = "http://clinic.test"
PASSWORD = "correct horse battery staple"
READY_WITHIN_S, TRIES = 180, 3
PEOPLE = ("Lee", "Patel", "Garcia", "Kim", "Moreau", "Rossi")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def setting(text: str) -> tuple[str, str]:
    """NAME=VALUE, as a benchmark's command line has it."""
    name, _, value = text.partition("=")
    return name, value


def write_practice(folder: Path) -> Path:
    """A practice with room for a few thousand bookings."""
    lines = [
        "practice:",
        "  name: Maple Street Clinic",
        "  timezone: America/New_York",
        '  numbers: ["+15550100"]',
        '  greeting: "Thank you for calling Maple Street Clinic. How can I help?"',
        "hours:",
        *(f'  {day}: ["06:00-20:00"]' for day in DAYS),
        "practitioners:",
        *(f"  - name: Dr. {name}" for name in PEOPLE),
        "services:",
        "  - name: Check-up",
        "    minutes: 30",
        "faqs:",
        "  - question: Where can I park?",
        "    answer: There is free parking behind the building.",
    ]
    path = folder / "practice.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


@asynccontextmanager
async def speech_vendors() -> AsyncIterator[dict[str, str]]:
    """Settings of the emulated ear and voice, reached by their official SDKs."""
    async with deepgram.deepgram_emulator() as ear, elevenlabs.elevenlabs_emulator() as voice:
        yield {
            "DEEPGRAM_API_KEY": deepgram.KEY,
            "DEEPGRAM_BASE_URL": ear.url,
            "ELEVENLABS_API_KEY": elevenlabs.KEY,
            "ELEVENLABS_BASE_URL": voice.url,
            "VAD_PROVIDER": "energy",
        }


@dataclass(eq=False)
class Server:
    """One `receptionist serve`."""

    process: asyncio.subprocess.Process
    url: str

    @property
    def runs(self) -> bool:
        """Whether the process is alive."""
        return self.process.returncode is None

    async def ready(self) -> bool:
        """Whether it takes calls."""
        async with httpx.AsyncClient(timeout=2, trust_env=False) as http:
            try:
                return (await http.get(f"{self.url}/ready")).status_code == 200
            except httpx.TransportError:
                return False

    async def until_ready(self) -> None:
        """Raises `TimeoutError`, or `RuntimeError` when it has ended instead."""
        async with asyncio.timeout(READY_WITHIN_S):
            while not await self.ready():
                if not self.runs:
                    raise RuntimeError(f"the server ended with code {self.process.returncode}")
                await asyncio.sleep(0.1)

    async def kill(self) -> None:
        """kill -9."""
        if self.runs:
            self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def stop(self, within_s: float) -> int:
        """SIGTERM, and what the process ends with. Raises `TimeoutError`."""
        self.process.terminate()
        async with asyncio.timeout(within_s):
            return await self.process.wait()


class House:
    """Everything of one practice: a folder, a database, as many processes as wanted."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.servers: list[Server] = []
        self.log = folder / "server.log"
        self._folder = folder
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self._environment = {
            **kept,
            "PYTHONPATH": str(ROOT),
            "VAR_DIRECTORY": str(folder),
            "PRACTICE_FILE": str(write_practice(folder)),
            "ADMIN_PASSWORD": PASSWORD,
            "PUBLIC_URL": PUBLIC_URL,
            "LOG_LEVEL": "WARNING",
            "LOG_FORMAT": "json",
            **settings,
        }

    async def command(self, *arguments: str) -> None:
        """A `receptionist` command. Raises `RuntimeError` when it fails."""
        process = await self._spawn(*arguments)
        if await process.wait():
            raise RuntimeError(f"receptionist {' '.join(arguments)}: see {self.log}")

    async def start(self, *options: str, **settings: str) -> Server:
        """One more process, ready. Raises `RuntimeError` when none starts: see the log."""
        for _ in range(TRIES - 1):
            try:
                return await self._start(*options, **settings)
            except RuntimeError:
                continue  # Somebody's connection may have been given the port in between.
        return await self._start(*options, **settings)

    async def _start(self, *options: str, **settings: str) -> Server:
        port = free_port()
        process = await self._spawn("serve", "--port", str(port), *options, **settings)
        server = Server(process, f"http://127.0.0.1:{port}")
        self.servers.append(server)
        await server.until_ready()
        return server

    async def _spawn(self, *arguments: str, **settings: str) -> asyncio.subprocess.Process:
        with self.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "receptionist", *arguments),
                cwd=self._folder,
                env={**self._environment, **settings},
                stdout=log,
                stderr=log,
            )

    async def close(self) -> None:
        """Whatever still runs is killed."""
        for server in self.servers:
            await server.kill()


class Balancer:
    """Requests go round the processes that are listed; what to list is its owner's affair."""

    def __init__(self) -> None:
        self.servers: list[Server] = []
        self._turns = count()

    def pick(self) -> str:
        """The address of the next one."""
        return self.servers[next(self._turns) % len(self.servers)].url

    def options(
        self, *, on_stream: Callable[[], None] = lambda: None, **more: Any
    ) -> "BalancedOptions":
        """Of a call that comes through here; `on_stream` is told when one is dialled."""
        plain = options_for(PUBLIC_URL, **more)
        fields = {name: getattr(plain, name) for name in CallOptions.__dataclass_fields__}
        return BalancedOptions(**fields, balancer=self, on_stream=on_stream)


class BalancedAddresses(Addresses):
    """Every request, and every stream, is dialled where the balancer says just then."""

    __slots__ = ("_balancer", "_on_stream")
    _balancer: Balancer
    _on_stream: Callable[[], None]

    def __init__(self, balancer: Balancer, on_stream: Callable[[], None]) -> None:
        super().__init__(f"{PUBLIC_URL}/voice/incoming", PUBLIC_URL)
        object.__setattr__(self, "_balancer", balancer)
        object.__setattr__(self, "_on_stream", on_stream)

    def dial(self, url: str) -> str:
        """Where a public URL is reached now."""
        if urlsplit(url).netloc != urlsplit(PUBLIC_URL).netloc:
            return url
        if url.startswith("ws"):
            self._on_stream()
        return Addresses(PUBLIC_URL, self._balancer.pick()).dial(url)


@dataclass(frozen=True, slots=True, kw_only=True)
class BalancedOptions(CallOptions):
    """A call whose every request is balanced."""

    balancer: Balancer
    on_stream: Callable[[], None]

    @property
    def addresses(self) -> Addresses:
        """What is signed and what is dialled."""
        return BalancedAddresses(self.balancer, self.on_stream)
