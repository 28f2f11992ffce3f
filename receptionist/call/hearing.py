"""The call's recogniser: opened early, fed in order, replaced when it breaks.

Started at the ring, before the stream is there. When the connection breaks, the
next adapter (or the same one again) gets the audio since the last final words
once more, so that no word is lost. When nobody hears any more, `on_lost` is told.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog

from receptionist.errors import ProviderError
from receptionist.observability import Metrics
from receptionist.ports.speech_to_text import (
    EndOfTurn,
    FinalTranscript,
    Recognition,
    SpeechToText,
    TranscriptEvent,
)

log = structlog.get_logger()

REPLAYED_FRAMES = 250
"""5 s of 20 ms frames."""
QUEUED_FRAMES = 500
MOST_FAILURES = 4
RETRY_DELAY_S = 0.1
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
        self._queue: deque[bytes] = deque(maxlen=QUEUED_FRAMES)
        self._since_final: deque[bytes] = deque(maxlen=REPLAYED_FRAMES)
        self._arrived = asyncio.Event()
        self._stopped = asyncio.Event()
        self._finalize = False
        self._on_event: OnEvent | None = None
        self._on_lost: Callable[[], None] | None = None
        self._lost = False
        self.dropped_frames = 0

    def attach(self, on_event: OnEvent, on_lost: Callable[[], None]) -> None:
        """Hand what is heard to the call, from now on."""
        self._on_event, self._on_lost = on_event, on_lost
        if self._lost:
            on_lost()

    def feed(self, mulaw: bytes) -> None:
        """Caller audio. A recogniser that stalls loses the oldest audio, counted."""
        if len(self._queue) == QUEUED_FRAMES:
            self.dropped_frames += 1
        self._queue.append(mulaw)
        self._since_final.append(mulaw)
        self._arrived.set()

    def finalize(self) -> None:
        """Ask for what is unfinished to be decided now."""
        self._finalize = True
        self._arrived.set()

    def stop(self) -> None:
        """The call is over."""
        self._stopped.set()
        self._arrived.set()

    async def run(self) -> None:
        """Keep somebody listening until `stop`."""
        failures = 0
        while not self._stopped.is_set() and failures < MOST_FAILURES and self._recognisers:
            recogniser = self._recognisers[failures % len(self._recognisers)]
            try:
                await self._listen(recogniser)
            except* ProviderError as failed:
                failures += 1
                self._report(recogniser.name, failed)
                await asyncio.sleep(RETRY_DELAY_S * failures)
            self._replay()
            if self._on_event is None:
                break  # nobody came; a new connection is opened when somebody does
        if not self._stopped.is_set():
            self._lost = True
            if self._on_lost is not None:
                self._on_lost()

    async def _listen(self, recogniser: SpeechToText) -> None:
        async with recogniser.recognise(
            language=self._language, keyterms=self._keyterms
        ) as recognition:
            with suppress(_Over):
                await self._pump_both_ways(recognition, recogniser.name)

    async def _pump_both_ways(self, recognition: Recognition, name: str) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._send(recognition))
                group.create_task(self._receive(recognition))
        except* _Over:
            raise _Over from None
        finally:
            log.debug("recogniser_closed", provider=name)

    async def _send(self, recognition: Recognition) -> None:
        while not self._stopped.is_set():
            await self._arrived.wait()
            self._arrived.clear()
            while self._queue:
                await recognition.send(self._queue.popleft())
            if self._finalize:
                self._finalize = False
                await recognition.finalize()
        raise _Over

    async def _receive(self, recognition: Recognition) -> None:
        async for event in recognition.events():
            if isinstance(event, FinalTranscript | EndOfTurn):
                self._since_final.clear()
            if self._on_event is not None:
                self._on_event(event)
        raise _Over

    def _replay(self) -> None:
        self._queue = deque(self._since_final, maxlen=QUEUED_FRAMES)
        self._arrived.set()

    def _report(self, name: str, failed: BaseExceptionGroup[ProviderError]) -> None:
        code = failed.exceptions[0]
        label = getattr(code, "code", "provider")
        self._metrics.vendor_errors.labels(name, label).inc()
        log.warning("recogniser_failed", provider=name, error_code=label)


class _Over(Exception):
    """The recognition has ended in the ordinary way."""
