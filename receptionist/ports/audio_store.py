"""Where rendered speech is kept for all processes."""

from typing import Protocol


class AudioStore(Protocol):
    """μ-law audio by key. Keys are digests; the audio is greetings and standing phrases."""

    name: str

    async def get(self, key: str) -> bytes | None:
        """What another process has kept. Raises `ProviderUnavailable`."""

    async def put(self, key: str, mulaw: bytes) -> None:
        """Keep it for others. Raises `ProviderUnavailable`."""

    async def close(self) -> None:
        """Release connections."""
