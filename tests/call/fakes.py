"""Vendors that do as they are told, fast."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from receptionist.errors import ProviderUnavailable
from receptionist.ports.speech_to_text import TranscriptEvent


class FakeVoice:
    """Says each text as 80 bytes (10 ms) a character; waits at `gate`, if given, before each."""

    bytes_a_character = 80

    streaming = True
    voice = "fake-1"

    def __init__(
        self,
        name: str = "fake",
        *,
        fail_after: int | None = None,
        failure: type[Exception] = ProviderUnavailable,
    ) -> None:
        self.name = name
        self.asked: list[str] = []
        self.fail_after = fail_after
        self.failure = failure
        self.gate: asyncio.Semaphore | None = None

    async def synthesize(
        self, text: str, *, language: str = "en", previous_text: str = ""
    ) -> AsyncIterator[bytes]:
        self.asked.append(text)
        for number, _character in enumerate(text):
            if number == self.fail_after:
                raise self.failure(self.name, "cut")
            if self.gate is not None:
                await self.gate.acquire()
            yield b"\x55" * self.bytes_a_character

    async def warm(self) -> None:
        """Nothing to open."""

    async def check(self) -> None:
        """Always well."""

    async def close(self) -> None:
        """Nothing to close."""


class WritingFakeVoice(FakeVoice):
    """Takes a sentence word by word as well; each piece is said as it comes."""

    takes_words = True

    def __init__(self, *, breaks: bool = False, ends_early: bool = False) -> None:
        super().__init__()
        self.breaks = breaks
        self.ends_early = ends_early
        self.pieces: list[str] = []
        self.left = 0

    @asynccontextmanager
    async def utterance(self) -> AsyncIterator["WritingFakeVoice"]:
        self._written: asyncio.Queue[str | None] = asyncio.Queue()
        try:
            yield self
        finally:
            self.left += 1

    async def send(self, text: str) -> None:
        self.pieces.append(text)
        self._written.put_nowait(text)

    async def end(self) -> None:
        self._written.put_nowait(None)

    async def audio(self) -> AsyncIterator[bytes]:
        while (text := await self._written.get()) is not None:
            yield b"\x55" * self.bytes_a_character * len(text)
            if self.ends_early:
                return
            if self.breaks:
                raise self.failure(self.name, "cut")


class FakeRecognition:
    """Keeps what it was sent. Of what is put into `heard`, None ends it, an exception breaks it."""

    def __init__(self) -> None:
        self.audio = b""
        self.heard: asyncio.Queue[TranscriptEvent | Exception | None] = asyncio.Queue()
        self.got = asyncio.Event()
        self.finalized = asyncio.Event()

    async def send(self, mulaw: bytes) -> None:
        self.audio += mulaw
        self.got.set()

    async def finalize(self) -> None:
        self.finalized.set()

    async def events(self) -> AsyncIterator[TranscriptEvent]:
        while (event := await self.heard.get()) is not None:
            if isinstance(event, Exception):
                raise event
            yield event


class FakeRecogniser:
    """Hands out recognitions; refuses the first `refusals` of them."""

    streaming = True

    def __init__(self, name: str = "fake", *, refusals: int = 0) -> None:
        self.name = name
        self.refusals = refusals
        self.opened: asyncio.Queue[FakeRecognition] = asyncio.Queue()

    @asynccontextmanager
    async def recognise(
        self, *, language: str, keyterms: Sequence[str] = ()
    ) -> AsyncIterator[FakeRecognition]:
        if self.refusals:
            self.refusals -= 1
            raise ProviderUnavailable(self.name, "refused")
        recognition = FakeRecognition()
        self.opened.put_nowait(recognition)
        yield recognition

    async def check(self) -> None:
        """Always well."""

    async def close(self) -> None:
        """Nothing to close."""
