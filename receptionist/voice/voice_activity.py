"""From speech probabilities to "the caller started" and "the caller stopped".

Hysteresis over probabilities of short windows: two levels, so that a value
between them changes nothing, and a hangover, so that the gap inside a word is
not an end. Who gives the probabilities is not known here: `EnergyGate` makes
them from loudness alone, a model elsewhere makes better ones.

Sans-IO: time is media time, given with each window.
"""

from bisect import bisect
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from receptionist.voice.audio import BYTES_PER_MS

WINDOW_MS = 32
WINDOW_BYTES = WINDOW_MS * BYTES_PER_MS


@dataclass(frozen=True, slots=True)
class VoiceStarted:
    """Speech began at `at_ms`."""

    at_ms: int = 0


@dataclass(frozen=True, slots=True)
class VoiceStopped:
    """Speech ended at `at_ms`; the hangover after it has passed in silence."""

    at_ms: int = 0


VoiceEdge = VoiceStarted | VoiceStopped


@dataclass(frozen=True, slots=True)
class VoiceConfig:
    """When a run of probabilities is speech."""

    onset: float = 0.5
    offset: float = 0.35
    onset_windows: int = 2
    hangover_ms: int = 160
    window_ms: int = WINDOW_MS


class SpeechHysteresis:
    """One call's probabilities in, edges out, alternating and in order."""

    def __init__(self, config: VoiceConfig | None = None) -> None:
        self._config = config or VoiceConfig()
        self._speaking = False
        self._loud_windows = 0
        self._quiet_since: int | None = None

    @property
    def speaking(self) -> bool:
        """Whether the last edge was a start."""
        return self._speaking

    def score(self, probability: float, ended_ms: int) -> tuple[VoiceEdge, ...]:
        """Take the probability of the window that ended at `ended_ms`."""
        if self._speaking:
            return self._look_for_stop(probability, ended_ms)
        return self._look_for_start(probability, ended_ms)

    def _look_for_start(self, probability: float, ended_ms: int) -> tuple[VoiceEdge, ...]:
        self._loud_windows = self._loud_windows + 1 if probability >= self._config.onset else 0
        if self._loud_windows < self._config.onset_windows:
            return ()
        self._speaking, self._quiet_since = True, None
        started_ms = ended_ms - self._loud_windows * self._config.window_ms
        return (VoiceStarted(max(0, started_ms)),)

    def _look_for_stop(self, probability: float, ended_ms: int) -> tuple[VoiceEdge, ...]:
        if probability >= self._config.offset:
            self._quiet_since = None
            return ()
        if self._quiet_since is None:
            self._quiet_since = max(0, ended_ms - self._config.window_ms)
        if ended_ms - self._quiet_since < self._config.hangover_ms:
            return ()
        self._speaking, self._loud_windows = False, 0
        return (VoiceStopped(self._quiet_since),)


class Windows:
    """Cut frames of any length into windows, each with the media time of its end."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, mulaw: bytes, at_ms: int) -> list[tuple[bytes, int]]:
        """Windows complete with this frame, which began at `at_ms`."""
        started_ms = at_ms - len(self._rest) // BYTES_PER_MS
        self._rest += mulaw
        windows = []
        while len(self._rest) >= WINDOW_BYTES:
            started_ms += WINDOW_MS
            windows.append((bytes(self._rest[:WINDOW_BYTES]), started_ms))
            del self._rest[:WINDOW_BYTES]
        return windows


def _magnitudes() -> bytes:
    """For each μ-law byte, its loudness on a logarithmic scale of 0 to 127."""
    return bytes(127 - (byte & 0x7F) for byte in range(256))


_MAGNITUDES = _magnitudes()


def level(mulaw: bytes) -> float:
    """Mean logarithmic magnitude, 0 (silence) to 127, without decoding: 16 are 6 dB."""
    return sum(mulaw.translate(_MAGNITUDES)) / len(mulaw) if mulaw else 0.0


class EnergyGate:
    """Speech is what is louder than the line's own noise, followed as it changes."""

    def __init__(self, *, above: float = 18.0, floor_windows: int = 94) -> None:
        self._above = above
        self._recent: deque[float] = deque(maxlen=floor_windows)
        self._sorted: list[float] = []

    def probability(self, mulaw: bytes) -> float:
        """How likely one window is speech, by its loudness alone."""
        loudness = level(mulaw)
        floor = self._follow(loudness)
        # Below the level of a faint line, nothing is speech however quiet the floor is.
        over = loudness - max(floor, 12.0)
        return min(1.0, max(0.0, over / (2 * self._above)))

    def _follow(self, loudness: float) -> float:
        """The fifth of the last seconds that was quietest bounds the noise floor."""
        if len(self._recent) == self._recent.maxlen:
            self._sorted.remove(self._recent[0])
        self._recent.append(loudness)
        self._sorted.insert(bisect(self._sorted, loudness), loudness)
        quiet = self._sorted[len(self._sorted) // 5]
        return quiet if len(self._recent) > 8 else min(quiet, 24.0)


class VoiceDetector:
    """A frame at a time, edges at once: for any probability that needs no waiting."""

    def __init__(
        self,
        probability: Callable[[bytes], float] | None = None,
        config: VoiceConfig | None = None,
    ) -> None:
        self._probability = probability or EnergyGate().probability
        self._windows = Windows()
        self._hysteresis = SpeechHysteresis(config)

    def feed(self, mulaw: bytes, at_ms: int) -> tuple[VoiceEdge, ...]:
        """Take the frame that began at `at_ms`; edges found with it."""
        edges: list[VoiceEdge] = []
        for window, ended_ms in self._windows.feed(mulaw, at_ms):
            edges += self._hysteresis.score(self._probability(window), ended_ms)
        return tuple(edges)


def spans(edges: Iterable[VoiceEdge], end_ms: int) -> list[list[int]]:
    """Stretches of speech, in milliseconds; an open one ends at `end_ms`."""
    found: list[list[int]] = []
    for edge in edges:
        if isinstance(edge, VoiceStarted):
            found.append([edge.at_ms, end_ms])
        elif found:
            found[-1][1] = edge.at_ms
    return found


def turns_of(speech: Iterable[list[int]], silence_ms: int = 700) -> list[list[int]]:
    """Stretches of speech joined to turns: so much silence ends one when there are no words."""
    turns: list[list[int]] = []
    for start, end in speech:
        if turns and start - turns[-1][1] < silence_ms:
            turns[-1][1] = end
        else:
            turns.append([start, end])
    return turns
