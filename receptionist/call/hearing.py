"""The call's recogniser: opened early, fed in order, replaced when it breaks.

Started at the ring, before the stream is there. When the connection breaks, or
says nothing while the caller speaks, the next adapter (or the same one again) gets the
audio that no final words cover once more, so that no word is lost. When nobody hears any
more, `on_lost` is told.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog

from receptionist.errors import ProviderError, ProviderUnavailable
from receptionist.observability import Metrics
from receptionist.ports.speech_to_text import (
    EndOfTurn,
    FinalTranscript,
    NothingSaid,
    PartialTranscript,
    Recognition,
    SpeechBegan,
    SpeechToText,
    TranscriptEvent,
)
from receptionist.voice.audio import BYTES_PER_MS

log = structlog.get_logger()

QUEUED_FRAMES = 500
REPLAYED_FRAMES = 250
"""5 s of 20 ms frames."""
SENT_FRAMES = 50
"""At most so many at once: what a recogniser that stalls has not been given waits for the next."""
LONGEST_DELAY_MS = 1000
"""Final words cover the audio up to that long before they came, whatever they say themselves."""
MOST_FAILURES = 4
RETRY_DELAY_S = 0.1
LOST_AFTER_S = 1.5
"""A caller does not wait longer for somebody to hear, once everybody has been tried."""
DEAF_AFTER_S = 1.2
"""After the caller's voice has stopped, a recogniser that hears has said something."""
DEAF_WHILE_S = 2.5
"""And after the voice has begun, however long it goes on."""
OnEvent = Callable[[TranscriptEvent], None]


class Hearing:
    """One call being heard, whichever recogniser does it."""

    def __init__(
        self,
        recognisers: Sequence[SpeechToText],
        *,
        language: str,
        keyterms: Sequence[str],
        metrics: Metrics,
    ) -> None:
        self._recognisers = [each for each in recognisers if each.streaming]
        self._language = language
        self._keyterms = keyterms
        self._metrics = metrics
        self._waiting: deque[bytes] = deque(maxlen=QUEUED_FRAMES)
        self._undecided = _Undecided()
        self._arrived = asyncio.Event()
        self._stopped = asyncio.Event()
        self._finalize = self._useful = False
        self._frames_at_once = 1
        self._early: list[TranscriptEvent] = []
        self._on_event: OnEvent | None = None
        self._on_lost: Callable[[], None] | None = None
        self._lost = False
        self._words_due_s: float | None = None
        self._due_changed = asyncio.Event()
        self._undecided_words = False
        self.dropped_frames = 0

    def attach(self, on_event: OnEvent, on_lost: Callable[[], None]) -> None:
        """Hand what is heard to the call, from now on, and what was heard before."""
        self._on_event, self._on_lost = on_event, on_lost
        early, self._early = self._early, []
        for event in early:
            on_event(event)
        if self._lost:
            on_lost()

    def feed(self, mulaw: bytes) -> None:
        """Caller audio. A recogniser that stalls loses the oldest audio, counted."""
        if len(self._waiting) == QUEUED_FRAMES:
            self.dropped_frames += 1
        self._waiting.append(mulaw)
        if len(self._waiting) >= self._frames_at_once:
            self._arrived.set()

    def finalize(self) -> None:
        """Ask for what is unfinished to be decided now."""
        self._finalize = True
        self._arrived.set()

    def voice_started(self) -> None:
        """The local detector hears the caller speak."""
        if self._words_due_s is None:
            self._expect_words(DEAF_WHILE_S)

    def voice_stopped(self) -> None:
        """They have stopped. Words that were not final yet have to become so."""
        if self._words_due_s is not None or self._undecided_words:
            self._expect_words(DEAF_AFTER_S)

    def _expect_words(self, within_s: float | None) -> None:
        now_s = asyncio.get_running_loop().time()
        self._words_due_s = None if within_s is None else now_s + within_s
        self._due_changed.set()

    def stop(self) -> None:
        """The call is over."""
        self._stopped.set()
        self._arrived.set()

    async def run(self) -> None:
        """Keep somebody listening until `stop`."""
        failures, failing_since_s = 0, 0.0
        loop = asyncio.get_running_loop()
        while self._recognisers and not self._is_hopeless(failures, loop.time() - failing_since_s):
            recogniser = self._recognisers[failures % len(self._recognisers)]
            self._useful = False
            # To wake a task for each frame costs as much as to send it.
            self._frames_at_once = getattr(recogniser, "frames_at_once", 1)
            try:
                await self._listen(recogniser)
            except* Exception as failed:  # noqa: BLE001 whatever breaks, the call must be heard
                self._report(recogniser.name, failed)
            if self._stopped.is_set():
                # Now, and not when garbage is looked for: audio is most of what a call leaves.
                self._waiting.clear()
                self._undecided.take()
                return
            failures = 1 if self._useful else failures + 1
            if failures == 1:
                failing_since_s = loop.time()
            self._replay()
            await self._pause(RETRY_DELAY_S * failures)
        if not self._stopped.is_set():
            self._lose()

    def _is_hopeless(self, failures: int, for_s: float) -> bool:
        everybody = max(2, len(self._recognisers))
        return failures >= MOST_FAILURES or (failures >= everybody and for_s > LOST_AFTER_S)

    async def _listen(self, recogniser: SpeechToText) -> None:
        async with recogniser.recognise(
            language=self._language, keyterms=self._keyterms
        ) as recognition:
            if self._words_due_s is not None:
                self._expect_words(DEAF_AFTER_S)
            with suppress(_Over):
                await self._pump_both_ways(recognition, recogniser.name)

    async def _pump_both_ways(self, recognition: Recognition, name: str) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._send(recognition))
                group.create_task(self._receive(recognition))
                group.create_task(self._mind_deafness(name))
        except* _Over:
            raise _Over from None
        finally:
            log.debug("recogniser_closed", provider=name)

    async def _send(self, recognition: Recognition) -> None:
        while not self._stopped.is_set():
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                together = min(len(self._waiting), SENT_FRAMES)
                frames = [self._waiting.popleft() for _ in range(together)]
                for frame in frames:
                    self._undecided.sent(frame)
                await recognition.send(b"".join(frames))
            if self._finalize:
                self._finalize = False
                await recognition.finalize()
        raise _Over

    async def _receive(self, recognition: Recognition) -> None:
        async for event in recognition.events():
            if self._words_due_s is not None:
                self._expect_words(None)
            if isinstance(event, NothingSaid):
                continue
            self._undecided_words = isinstance(event, PartialTranscript | SpeechBegan)
            if isinstance(event, FinalTranscript | EndOfTurn):
                self._undecided.decided(event.until_ms)
                self._useful = True
            if self._on_event is None:
                self._early.append(event)
            else:
                self._on_event(event)
        raise _Over

    async def _mind_deafness(self, name: str) -> None:
        while True:
            self._due_changed.clear()
            try:
                async with asyncio.timeout_at(self._words_due_s):
                    await self._due_changed.wait()
            except TimeoutError:
                raise ProviderUnavailable(name, "says nothing while the caller speaks") from None

    def _replay(self) -> None:
        again = self._undecided.take()
        self.dropped_frames += max(0, len(again) + len(self._waiting) - QUEUED_FRAMES)
        self._waiting = deque([*again, *self._waiting], maxlen=QUEUED_FRAMES)
        self._arrived.set()

    async def _pause(self, length_s: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(length_s):
                await self._stopped.wait()

    def _lose(self) -> None:
        self._lost = True
        if self._on_lost is not None:
            self._on_lost()

    def _report(self, name: str, failed: BaseExceptionGroup[Exception]) -> None:
        first: BaseException = failed
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        if isinstance(first, ProviderError):
            code = first.code
            log.warning("recogniser_failed", provider=name, error_code=code)
        else:
            code = "defect"
            log.error("recogniser_defect", provider=name, error=type(first).__name__)
        self._metrics.vendor_failed(name, code)


class _Undecided:
    """What one connection was sent and has not decided yet."""

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque(maxlen=REPLAYED_FRAMES)
        self._sent_bytes = 0

    def sent(self, frame: bytes) -> None:
        """The next frame goes to the recogniser."""
        self._frames.append(frame)
        self._sent_bytes += len(frame)

    def decided(self, until_ms: int | None) -> None:
        """Final words came; what came `until_ms` into the connection's audio is covered by them."""
        until_bytes = self._sent_bytes if until_ms is None else until_ms * BYTES_PER_MS
        open_bytes = min(self._sent_bytes - until_bytes, LONGEST_DELAY_MS * BYTES_PER_MS)
        kept_bytes = sum(map(len, self._frames))
        while self._frames and kept_bytes - len(self._frames[0]) >= open_bytes:
            kept_bytes -= len(self._frames.popleft())

    def take(self) -> list[bytes]:
        """All of it, for the next connection."""
        frames = list(self._frames)
        self._frames.clear()
        self._sent_bytes = 0
        return frames


class _Over(Exception):
    """The recognition has ended in the ordinary way."""
