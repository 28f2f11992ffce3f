"""What the server says of itself while it is under load: CPU time and memory at `/metrics`."""

import re
from dataclasses import dataclass
from typing import Protocol

import httpx

from receptionist.line.webhooks import is_loopback

CPU = re.compile(r"^process_cpu_seconds_total (\S+)$", re.MULTILINE)
MEMORY = re.compile(r"^process_resident_memory_bytes (\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Usage:
    """Of the server's process, since it began and now."""

    cpu_s: float
    memory_bytes: float


class Watch(Protocol):
    """Whoever knows what a server uses."""

    async def look(self) -> Usage | None:
        """How much it has used; None when it cannot be known."""


class ServerWatch:
    """Asks now and then. A server that does not tell is not asked again."""

    def __init__(self, url: str) -> None:
        self._url = f"{url.rstrip('/')}/metrics"
        self._http = httpx.AsyncClient(timeout=2, trust_env=not is_loopback(url))
        self._tells = True

    async def look(self) -> Usage | None:
        """How much it has used; None when it cannot be known."""
        if not self._tells:
            return None
        try:
            text = (await self._http.get(self._url)).raise_for_status().text
        except httpx.TimeoutException:
            return None
        except httpx.HTTPError:
            self._tells = False
            return None
        cpu, memory = CPU.search(text), MEMORY.search(text)
        if cpu is None or memory is None:
            return None
        return Usage(float(cpu[1]), float(memory[1]))

    async def close(self) -> None:
        """Close the connection."""
        await self._http.aclose()
