"""Speaking: text in, μ-law audio out."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Utterance(Protocol):
    """A sentence that is said while it is being written. All of it raises `ProviderError`."""

    async def send(self, text: str) -> None:
        """The next words."""

    async def end(self) -> None:
        """There are no more."""

    def audio(self) -> AsyncIterator[bytes]:
        """Raw 8 kHz μ-law mono as it is made, chunks of any size."""


class WritingVoice(Protocol):
    """A voice that takes a sentence word by word as well; it says so with `takes_words`."""

    takes_words: bool

    def utterance(self) -> AbstractAsyncContextManager[Utterance]:
        """One sentence; left early, the rest of it is not made."""


class TextToSpeech(Protocol):
    """A voice. Some are a `WritingVoice` as well."""

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
