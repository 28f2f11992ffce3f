"""One call's ear: frames in, windows out to be scored, edges back in order.

A loudness gate keeps the windows of a silent line from the model. A window that the
scoring thread is late with is taken by its loudness, so that a thread that stalls
costs accuracy, not hearing.
"""

from collections import deque
from collections.abc import Callable

from providers.vad.silero_engine.windows import Memory, Window
from providers.vad.silero_engine.worker import ScoringThread
from receptionist.ports.voice_detector import VoiceEdge
from receptionist.voice.voice_activity import (
    EnergyGate,
    SpeechHysteresis,
    VoiceConfig,
    Windows,
    level,
)

FAINTEST_LEVEL = 14.0
GATE_HANGOVER_WINDOWS = 10
PATIENCE_MS = 640


class Ear:
    """What hearing live and hearing a recording share: windows and their loudness."""

    def __init__(self, config: VoiceConfig) -> None:
        self._windows = Windows()
        self._energy = EnergyGate()
        self._gate_windows = 0
        self._memory = Memory()
        self._hysteresis = SpeechHysteresis(config)

    def _window(self, mulaw: bytes, ended_ms: int) -> Window:
        """One whose probability is 0 already is not for the model."""
        loudness = level(mulaw)
        heard = self._energy.take(loudness)
        fresh = self._gate_windows < 0
        window = Window(self._memory, mulaw, ended_ms, heard.probability, heard.prominence, fresh)
        if not self._passes(loudness):
            window.probability = 0.0
        return window

    def _passes(self, loudness: float) -> bool:
        if loudness >= FAINTEST_LEVEL:
            self._gate_windows = GATE_HANGOVER_WINDOWS
        self._gate_windows -= 1
        return self._gate_windows >= 0


class LiveEar(Ear):
    """Fulfil `VoiceListening` with the scoring thread."""

    def __init__(self, thread: ScoringThread, config: VoiceConfig) -> None:
        super().__init__(config)
        self._thread = thread
        self._pending: deque[Window] = deque()
        self._stalled_at: int | None = None

    def feed(self, mulaw: bytes, at_ms: int) -> tuple[VoiceEdge, ...]:
        """Take the frame that began at `at_ms`; edges of the windows scored so far."""
        for found in self._windows.feed(mulaw, at_ms):
            self._ask(self._window(*found))
        if not self._pending:
            return ()
        edges: list[VoiceEdge] = []
        while self._pending:
            probability = self._probability(self._pending[0])
            if probability is None:
                break
            edges += self._hysteresis.score(probability, self._pending.popleft().ended_ms)
        return tuple(edges)

    def _ask(self, window: Window) -> None:
        self._pending.append(window)
        if window.probability is None:
            self._thread.submit(window)

    def _probability(self, window: Window) -> float | None:
        if window.probability is not None:
            return window.probability
        if not self._thread.usable or self._late(window):
            return window.loudness
        return None

    def _late(self, window: Window) -> bool:
        """Whether there is no waiting for this window: the thread is stalled."""
        if self._stalled_at == self._thread.batches:
            return True
        self._stalled_at = None
        if self._pending[-1].ended_ms - window.ended_ms < PATIENCE_MS:
            return False
        self._stalled_at = self._thread.batches
        return True


class RecordingEar(Ear):
    """Fulfil `VoiceListening` by scoring at once."""

    def __init__(self, score: Callable[[list[Window]], list[float]], config: VoiceConfig) -> None:
        super().__init__(config)
        self._score = score

    def feed(self, mulaw: bytes, at_ms: int) -> tuple[VoiceEdge, ...]:
        """Take the frame that began at `at_ms`; the edges it brings."""
        edges: list[VoiceEdge] = []
        for found in self._windows.feed(mulaw, at_ms):
            window = self._window(*found)
            edges += self._hysteresis.score(self._probability(window), window.ended_ms)
        return tuple(edges)

    def _probability(self, window: Window) -> float:
        if window.probability is not None:
            return window.probability
        return self._score([window])[0] * window.prominence
