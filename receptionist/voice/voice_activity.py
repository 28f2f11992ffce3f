"""From speech probabilities to "the caller started" and "the caller stopped".

Hysteresis over probabilities of short windows: two levels, so that a value
between them changes nothing, and a hangover, so that the gap inside a word is
not an end. Who gives the probabilities is not known here: `EnergyGate` makes
them from loudness alone, a model elsewhere makes better ones.

Sans-IO: time is media time, given with each window.
"""

from array import array
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from receptionist.voice.audio import BYTES_PER_MS

WINDOW_MS = 32
WINDOW_BYTES = WINDOW_MS * BYTES_PER_MS
PEAK_MS = 160
UNHEARD_LEVELS = 4.0
PROMINENT_LEVELS = 12.0
"""1.5 dB above the floor is not heard at all, 6 dB is heard fully."""
FAINT_LEVEL = 8.0
SPEECH_LEVELS = 14.0


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
    sure: float = 2.0
    """So high a probability needs no second window; above 1 none does."""
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
        needed = 1 if probability >= self._config.sure else self._config.onset_windows
        if self._loud_windows < needed:
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

    def __init__(self, window_ms: int = WINDOW_MS) -> None:
        self._window_ms, self._window_bytes = window_ms, window_ms * BYTES_PER_MS
        self._rest = b""

    def feed(self, mulaw: bytes, at_ms: int) -> Sequence[tuple[bytes, int]]:
        """Windows complete with this frame, which began at `at_ms`."""
        size = self._window_bytes
        started_ms = at_ms - len(self._rest) // BYTES_PER_MS
        audio = self._rest + mulaw
        if len(audio) < size:
            self._rest = audio
            return ()
        count = len(audio) // size
        self._rest = audio[count * size :]
        return [
            (audio[end - size : end], started_ms + end // BYTES_PER_MS)
            for end in range(size, count * size + 1, size)
        ]


def _magnitudes() -> bytes:
    """For each μ-law byte, its loudness on a logarithmic scale of 0 to 127."""
    return bytes(127 - (byte & 0x7F) for byte in range(256))


_MAGNITUDES = _magnitudes()


def level(mulaw: bytes) -> float:
    """Mean logarithmic magnitude, 0 (silence) to 127, without decoding: 16 are 6 dB."""
    # Every second sample says as much, at half the price.
    magnitudes = mulaw[::2].translate(_MAGNITUDES)
    return sum(magnitudes) / len(magnitudes) if magnitudes else 0.0


class NoiseFloor:
    """The line's own noise: the level that a fifth of the last 20 s stayed below."""

    def __init__(self, window_ms: int = WINDOW_MS) -> None:
        # A line is taken to be quiet until a second of it shows that it is not: the
        # first words of a call must not pass for its noise.
        quiet = [0.0] * (256 // window_ms)
        # Arrays: a search among hundreds of objects, call by call, is a search all over memory.
        self._recent = array("f", quiet)
        self._sorted = array("f", quiet)
        self._longest, self._oldest = 20_000 // window_ms, 0

    def follow(self, loudness: float) -> float:
        """Take the level of the next window; the floor with it."""
        if len(self._recent) < self._longest:
            self._recent.append(loudness)
        else:
            del self._sorted[bisect_left(self._sorted, self._recent[self._oldest])]
            self._recent[self._oldest] = loudness
            self._oldest = (self._oldest + 1) % self._longest
        insort(self._sorted, loudness)
        return self._sorted[len(self._sorted) // 5]


class Loudness(NamedTuple):
    """One window's level against the line's noise, each 0 to 1."""

    prominence: float
    """How far the last 160 ms stand out: what does not is background, whoever speaks in it."""
    probability: float
    """How likely the window is speech by its loudness alone."""


class EnergyGate:
    """Speech is what is louder than the line's own noise, followed as it changes."""

    def __init__(self, window_ms: int = WINDOW_MS) -> None:
        self._floor = NoiseFloor(window_ms)
        self._peaks: deque[float] = deque(maxlen=PEAK_MS // window_ms)

    def take(self, loudness: float) -> Loudness:
        """Take the level of the next window."""
        floor = self._floor.follow(loudness)
        self._peaks.append(loudness)
        prominence = (max(self._peaks) - floor - UNHEARD_LEVELS) / PROMINENT_LEVELS
        # Below the level of a faint line, nothing is speech however quiet the floor is.
        over = loudness - max(floor, FAINT_LEVEL)
        return Loudness(_clipped(prominence), _clipped(over / (2 * SPEECH_LEVELS)))

    def probability(self, mulaw: bytes) -> float:
        """How likely one window is speech, by its loudness alone."""
        return self.take(level(mulaw)).probability


def _clipped(value: float) -> float:
    return 0.0 if value < 0.0 else 1.0 if value > 1.0 else value


class VoiceDetector:
    """A frame at a time, edges at once: for any probability that needs no waiting."""

    def __init__(
        self,
        probability: Callable[[bytes], float] | None = None,
        config: VoiceConfig | None = None,
    ) -> None:
        self._probability = probability or EnergyGate().probability
        config = config or VoiceConfig()
        self._windows = Windows(config.window_ms)
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


def turns_of(
    heard: Iterable[tuple[VoiceEdge, int]], end_ms: int, silence_ms: int = 700
) -> list[list[int]]:
    """Turns, from where the floor is taken to where so much silence has decided them over.

    `heard` are edges, each with the media time at which it was known. An open turn
    ends at `end_ms`.
    """
    turns: list[list[int]] = []
    for edge, known_ms in heard:
        if isinstance(edge, VoiceStopped):
            turns[-1][1] = min(edge.at_ms + silence_ms, end_ms)
        elif turns and edge.at_ms < turns[-1][1]:
            turns[-1][1] = end_ms
        else:
            turns.append([known_ms, end_ms])
    return turns
