"""The call's voice: sentences in, audio and marks out, all of it sent ahead.

Nothing paces: Twilio buffers and plays in order, and a mark behind each
sentence tells when it has been heard. What was cleared is held, so that a false
interruption goes on from where it stopped.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from receptionist.call.head_start import HeadStart, takes_words
from receptionist.call.speech_cache import SpeechCache
from receptionist.domain.spoken_text import speakable
from receptionist.errors import ProviderError
from receptionist.observability import Metrics
from receptionist.ports.text_to_speech import TextToSpeech
from receptionist.voice import media_stream
from receptionist.voice.playback import PlaybackTracker

log = structlog.get_logger()

MESSAGE_BYTES = 1600
"""200 ms: a quarter of the cost of 20 ms messages, and a clear still drops the rest."""
BYTES_PER_MS = 8
SPOKEN_MS_PER_CHARACTER = 60.0
WAITED_S = 0.5
"""Whoever has waited so long for a voice has the next one asked."""


@dataclass(slots=True, eq=False)
class Segment:
    """One sentence on its way to the caller."""

    id: str
    text: str
    filler: bool
    audio: bytearray = field(default_factory=bytearray)
    sent: int = 0
    complete: bool = False
    marked: bool = False

    @property
    def estimated_ms(self) -> float:
        """How long it takes to say, also before all of it has been synthesised."""
        made = len(self.audio) / BYTES_PER_MS
        return made if self.complete else max(made, len(self.text) * SPOKEN_MS_PER_CHARACTER)


class Speaker:
    """Speak one call's sentences in order; hold, resume or abandon them at once."""

    def __init__(
        self,
        voices: Sequence[TextToSpeech],
        cache: SpeechCache,
        *,
        language: str,
        stream: media_stream.MediaStreamProtocol,
        send: Callable[[str], None],
        now_ms: Callable[[], int],
        on_first_audio: Callable[[], None],
        on_lost: Callable[[], None],
        metrics: Metrics,
    ) -> None:
        self._voices = [voice for voice in voices if voice.streaming]
        self._cache = cache
        self._language = language
        self._stream = stream
        self._send = send
        self._now_ms = now_ms
        self._on_first_audio = on_first_audio
        self._on_lost = on_lost
        self._metrics = metrics
        self._tracker = PlaybackTracker()
        self._segments: list[Segment] = []
        self._waiting: deque[Segment] = deque()
        self._synthesis: asyncio.Task[None] | None = None
        self._ahead: HeadStart | None = None
        self._group: asyncio.TaskGroup | None = None
        self._held = False
        self._count = 0
        self._said_before = ""

    @property
    def anything_unheard(self) -> bool:
        """Whether the caller still has something to hear."""
        return any(not segment.marked for segment in self._segments) or not self._tracker.all_heard

    @property
    def said_anything(self) -> bool:
        """Whether this turn has given the voice anything to say."""
        return bool(self._segments)

    def unheard(self) -> list[str]:
        """The sentences that the caller has not heard to their end, without fillers."""
        texts = ((s, self._heard_part(s)) for s in self._segments if not s.filler)
        return [segment.text for segment, heard in texts if heard != segment.text]

    def begin_turn(self) -> None:
        """Forget the sentences of the turn before: `heard` speaks of this turn only."""
        self._segments = [s for s in self._segments if not s.marked]
        self.forget_foreseen()

    def say(self, text: str, *, filler: bool = False) -> None:
        """Queue a sentence."""
        spoken = speakable(text, language=self._language)
        if not spoken:
            return
        self._count += 1
        segment = Segment(f"s{self._count}", text, filler)
        self._segments.append(segment)
        self._waiting.append(segment)
        self._synthesise_next()

    def foresee(self, text: str, is_whole: bool) -> None:
        """What may be said next, as far as it is known: the voice begins, and nobody hears it."""
        if self._group is None or not self._voices or self.anything_unheard:
            return
        voice, spoken = self._voices[0], speakable(text, language=self._language)
        if self._ahead is not None:
            if self._ahead.learn(spoken, is_whole=is_whole):
                return
            self.forget_foreseen()
        if not (is_whole or takes_words(voice)) or self._cache.get(voice, spoken) is not None:
            return
        ahead = HeadStart(voice, language=self._language, previous_text=self._said_before)
        ahead.learn(spoken, is_whole=is_whole)
        self._ahead = ahead
        ahead.start(self._group)

    def forget_foreseen(self) -> None:
        """It will not be said."""
        if self._ahead is not None:
            self._ahead.stop()
        self._ahead = None

    def hold(self) -> None:
        """Silence at once, and remember where we were."""
        self._held = True
        self._send(self._stream.clear())
        self._tracker.clear(self._now_ms())
        for segment in self._segments:
            heard = int(self._tracker.heard(segment.id).heard_ms * BYTES_PER_MS)
            if heard < len(segment.audio) or not segment.complete:
                segment.sent = min(heard, len(segment.audio))
                segment.marked = False

    def resume(self) -> None:
        """Nobody meant to interrupt: go on from where it stopped."""
        self._held = False
        self._flush()

    def abandon(self) -> None:
        """The caller has the floor: nothing more of this is said."""
        self._held = False
        self._segments.clear()
        self._waiting.clear()
        if self._synthesis is not None:
            self._synthesis.cancel()
        self.forget_foreseen()

    def echoed(self, mark: str) -> None:
        """Twilio has played everything before this mark (or dropped it at a clear)."""
        self._tracker.mark_echoed(mark, self._now_ms())

    def heard(self) -> str:
        """What of this turn the caller has heard, without fillers."""
        parts = [self._heard_part(s) for s in self._segments if not s.filler]
        return " ".join(part for part in parts if part)

    def said(self) -> str:
        """What of this turn has been given to the voice, without fillers."""
        return " ".join(s.text for s in self._segments if not s.filler)

    def _heard_part(self, segment: Segment) -> str:
        heard_ms = self._tracker.heard(segment.id, self._now_ms()).heard_ms
        if segment.complete and heard_ms * BYTES_PER_MS >= len(segment.audio):
            return segment.text
        words = segment.text.split()
        share = heard_ms / segment.estimated_ms if segment.estimated_ms else 0.0
        return " ".join(words[: int(len(words) * min(share, 1.0))])

    async def run(self) -> None:
        """Synthesise what is queued, one sentence after the other."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            self._synthesise_next()
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                self._group = None

    def _synthesise_next(self) -> None:
        """Not by a task that waits for sentences: with many calls each wake-up waits its turn."""
        if self._group is None or not self._waiting:
            return
        if self._synthesis is None or self._synthesis.done():
            self._synthesis = self._group.create_task(self._synthesise(self._waiting.popleft()))
            self._synthesis.add_done_callback(self._synthesised)

    def _synthesised(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or task.exception() is None:
            self._synthesise_next()

    async def _synthesise(self, segment: Segment) -> None:
        spoken = speakable(segment.text, language=self._language)
        for voice in self._voices:
            cached = self._cache.get(voice, spoken)
            if cached is not None:
                self._take(segment, cached)
                return self._finish(segment, spoken)
            try:
                await self._synthesise_with(voice, segment, spoken)
                return self._finish(segment, spoken)
            except Exception as exc:  # noqa: BLE001 whatever breaks, the next voice goes on
                self._report(voice.name, exc)
        return self._on_lost()

    def _report(self, name: str, failed: Exception) -> None:
        if isinstance(failed, ProviderError):
            code = failed.code
            log.warning("voice_failed", provider=name, error_code=code)
        else:
            code = "defect"
            log.error("voice_defect", provider=name, error=type(failed).__name__)
        self._metrics.vendor_failed(name, code)

    async def _synthesise_with(self, voice: TextToSpeech, segment: Segment, spoken: str) -> None:
        if (ahead := self._begun(voice, spoken)) is not None:
            began_s = time.monotonic()
            try:
                async for chunk in ahead.audio():
                    self._take(segment, chunk)
                return
            except Exception as exc:
                if not ahead.by_words or time.monotonic() - began_s > WAITED_S:
                    raise
                # A way of its own, which may be shut: the same voice is asked the usual way.
                self._report(voice.name, exc)
        async for chunk in voice.synthesize(
            _remaining(spoken, segment), language=self._language, previous_text=self._said_before
        ):
            self._take(segment, chunk)

    def _begun(self, voice: TextToSpeech, spoken: str) -> HeadStart | None:
        ahead = self._ahead
        if ahead is not None and ahead.voice is voice and ahead.learn(spoken, is_whole=True):
            self._ahead = None
            return ahead
        self.forget_foreseen()
        return None

    def _take(self, segment: Segment, audio: bytes) -> None:
        if not segment.audio and audio:
            self._on_first_audio()
        segment.audio += audio
        self._flush()

    def _finish(self, segment: Segment, spoken: str) -> None:
        segment.complete = True
        self._said_before = spoken
        self._flush()

    def _flush(self) -> None:
        if self._held:
            return
        for segment in self._segments:
            if segment.marked:
                continue
            self._send_audio(segment)
            if not segment.complete:
                return
            self._send(self._stream.mark(self._tracker.queue_mark(segment.id)))
            segment.marked = True

    def _send_audio(self, segment: Segment) -> None:
        while segment.sent < len(segment.audio):
            piece = bytes(segment.audio[segment.sent : segment.sent + MESSAGE_BYTES])
            segment.sent += len(piece)
            self._tracker.queue_audio(segment.id, len(piece) / BYTES_PER_MS, self._now_ms())
            self._send(self._stream.media(piece))


def _remaining(spoken: str, segment: Segment) -> str:
    """The words a voice that died in mid-sentence had not reached."""
    if not segment.audio:
        return spoken
    words = spoken.split()
    reached = len(segment.audio) / BYTES_PER_MS / SPOKEN_MS_PER_CHARACTER / max(len(spoken), 1)
    return " ".join(words[min(int(len(words) * reached), len(words) - 1) :])
