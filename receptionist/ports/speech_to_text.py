"""Hearing: μ-law audio in, words out."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """The recogniser hears speech."""


@dataclass(frozen=True, slots=True)
class PartialTranscript:
    """Words of the utterance so far; a later one replaces it."""

    text: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class FinalTranscript:
    """A part of the utterance that will not change. `speech_final`: the speaker paused after it.

    `until_ms`: how much of the audio sent on this connection is decided with it, if known.
    """

    text: str
    confidence: float = 1.0
    speech_final: bool = False
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class EagerEndOfTurn:
    """The speaker has probably finished: `text` is the whole turn so far."""

    text: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class TurnResumed:
    """The speaker went on after an `EagerEndOfTurn`."""


@dataclass(frozen=True, slots=True)
class EndOfTurn:
    """The speaker has finished. `text` is the turn; empty: the finals before it were."""

    text: str = ""
    confidence: float = 1.0
    until_ms: int | None = None
    """As of `FinalTranscript`."""


TranscriptEvent = (
    SpeechBegan | PartialTranscript | FinalTranscript | EagerEndOfTurn | TurnResumed | EndOfTurn
)


@dataclass(frozen=True, slots=True)
class NothingSaid:
    """The recogniser hears the audio and finds no words in it: it is alive."""


Heard = TranscriptEvent | NothingSaid


class Recognition(Protocol):
    """One call being listened to."""

    async def send(self, mulaw: bytes) -> None:
        """Hand on caller audio, 8 kHz μ-law, any length. Raises `ProviderError`."""

    async def finalize(self) -> None:
        """Ask for what is still unfinished to be decided now."""

    def events(self) -> AsyncIterator[Heard]:
        """What was heard, until the connection ends. Raises `ProviderError`."""


class SpeechToText(Protocol):
    """A recogniser.

    One that sends audio on in batches anyway says so with `frames_at_once`, and is given so
    many frames of 20 ms together.
    """

    name: str
    streaming: bool
    """False: this adapter hears no audio stream; the line is worked in plain mode."""

    def recognise(
        self, *, language: str, keyterms: Sequence[str] = ()
    ) -> AbstractAsyncContextManager[Recognition]:
        """Open a connection for one call. Raises `ProviderError`."""

    async def check(self) -> None:
        """One cheap real request: would a call be heard? Raises `ProviderError`."""

    async def close(self) -> None:
        """Release process-wide connections."""
