"""Speaking: text in, μ-law audio out."""

from collections.abc import AsyncIterator
from typing import Protocol


class TextToSpeech(Protocol):
    """A voice."""

    name: str
    streaming: bool
    """False: this adapter makes no audio; the line is worked in plain mode."""
    voice: str
    """What makes the sound of this voice distinct (vendor voice and model); part of cache keys."""

    def synthesize(
        self, text: str, *, language: str = "en", previous_text: str = ""
    ) -> AsyncIterator[bytes]:
        """Raw 8 kHz μ-law mono as it is made, chunks of any size. Raises `ProviderError`."""

    async def warm(self) -> None:
        """Open a connection ahead of the first sentence. Never raises."""

    async def check(self) -> None:
        """One cheap real request: would a caller be answered? Raises `ProviderError`."""

    async def close(self) -> None:
        """Release process-wide connections."""
