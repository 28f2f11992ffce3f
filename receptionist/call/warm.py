"""What is made ready at the ring: recognisers that wait for their stream, and all else."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from receptionist.call.background import Background
from receptionist.call.hearing import Hearing
from receptionist.domain.practice import Practice
from receptionist.observability import Metrics
from receptionist.ports.appointment_book import AppointmentBook
from receptionist.ports.language_model import LanguageModel
from receptionist.ports.speech_to_text import SpeechToText
from receptionist.ports.text_to_speech import TextToSpeech

PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True)
class Vendors:
    """The adapters of each kind, in their order of failover."""

    recognisers: Sequence[SpeechToText]
    models: Sequence[LanguageModel]
    voices: Sequence[TextToSpeech]

    @property
    def closers(self) -> list[Callable[[], Awaitable[None]]]:
        """How each of them is taken down."""
        return [
            *(each.close for each in self.recognisers),
            *(each.close for each in self.models),
            *(each.close for each in self.voices),
        ]

    @property
    def streaming(self) -> bool:
        """Whether a media stream can be worked at all."""
        return any(r.streaming for r in self.recognisers) and any(v.streaming for v in self.voices)


class WarmLines:
    """Open this call's connections while Twilio is still reading our TwiML."""

    def __init__(
        self, vendors: Vendors, book: AppointmentBook, background: Background, metrics: Metrics
    ) -> None:
        self._vendors = vendors
        self._book = book
        self._background = background
        self._metrics = metrics
        self._waiting: dict[str, Hearing] = {}

    @property
    def expected(self) -> int:
        """How many streams have been asked for and are not there yet."""
        return len(self._waiting)

    def prepare(self, call_sid: str, practice: Practice) -> None:
        """Start listening for this call; dropped again if its stream never comes."""
        if call_sid in self._waiting:
            return
        self._waiting[call_sid] = self._open(practice)
        self._background.spawn(self._expire(call_sid), "warm-line-expiry")
        for model in self._vendors.models[:1]:
            self._background.spawn(model.warm(), "warm-model")
        for voice in self._vendors.voices[:1]:
            self._background.spawn(voice.warm(), "warm-voice")
        self._background.spawn(self._book.prepare(practice), "warm-book")

    def take(self, call_sid: str, practice: Practice) -> Hearing:
        """The waiting recogniser of this call, or a new one."""
        waiting = self._waiting.pop(call_sid, None)
        return waiting if waiting is not None else self._open(practice)

    def _open(self, practice: Practice) -> Hearing:
        hearing = Hearing(
            self._vendors.recognisers,
            language=practice.language,
            keyterms=practice.keyterms,
            metrics=self._metrics,
        )
        self._background.spawn(hearing.run(), "hearing")
        return hearing

    async def _expire(self, call_sid: str) -> None:
        await asyncio.sleep(PATIENCE_S)
        abandoned = self._waiting.pop(call_sid, None)
        if abandoned is not None:
            abandoned.stop()
