"""How well speech was found: figures from labelled intervals and from what was heard.

All intervals are [start_ms, end_ms]. Frames are 10 ms; frames nearer to a labelled
edge than the labels are exact (50 ms) count neither way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

FRAME_MS = 10
LABEL_TOLERANCE_MS = 50
Spans = Sequence[Sequence[int]]


@dataclass(slots=True)
class Figures:
    """One set of recordings, added up."""

    hits: int = 0
    false_alarms: int = 0
    misses: int = 0
    silent: int = 0
    onsets_ms: list[int] = field(default_factory=list)
    """From where a turn begins to where its first start was known."""
    late_ms: list[int] = field(default_factory=list)
    """From where a turn begins to where its speech is said to begin."""
    turns: int = 0
    deaf: int = 0
    cut_early: int = 0

    def frames(
        self, heard: Spans, labelled: Spans, length_ms: int, tolerance_ms: int = LABEL_TOLERANCE_MS
    ) -> None:
        """Compare two descriptions of one recording."""
        found, true = _frames(heard, length_ms), _frames(labelled, length_ms)
        edges = [[edge - tolerance_ms, edge + tolerance_ms] for span in labelled for edge in span]
        unsure = _frames(edges, length_ms)
        for is_found, is_true, skip in zip(found, true, unsure, strict=True):
            if not skip:
                self.hits += is_found and is_true
                self.false_alarms += is_found and not is_true
                self.misses += is_true and not is_found
                self.silent += not is_true

    def turn(self, start_ms: int, end_ms: int, speech: Spans, turns: Spans) -> None:
        """One labelled turn against all that was heard in its recording."""
        self.turns += 1
        first = next((span for span in speech if span[1] > start_ms and span[0] < end_ms), None)
        if first is None:
            self.deaf += 1
            return
        self.late_ms.append(first[0] - start_ms)
        taken = next(turn[0] for turn in turns if turn[1] > first[0])
        self.onsets_ms.append(taken - start_ms)
        self.cut_early += any(
            start_ms < turn[1] < end_ms - LABEL_TOLERANCE_MS for turn in turns if turn[1] > first[0]
        )

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall of speech frames."""
        wrong = self.false_alarms + self.misses
        return 2 * self.hits / max(1, 2 * self.hits + wrong)

    @property
    def missed(self) -> float:
        """Share of speech not heard."""
        return self.misses / max(1, self.hits + self.misses)

    @property
    def false_alarm(self) -> float:
        """Share of silence and noise heard as speech."""
        return self.false_alarms / max(1, self.silent)


def _frames(spans: Spans, length_ms: int) -> bytearray:
    frames = bytearray(length_ms // FRAME_MS)
    for start, end in spans:
        first, last = max(0, round(start / FRAME_MS)), min(len(frames), round(end / FRAME_MS))
        frames[first:last] = b"\x01" * max(0, last - first)
    return frames


def joined(parts: Iterable[Figures]) -> Figures:
    """Several sets as one."""
    whole = Figures()
    for part in parts:
        whole.hits += part.hits
        whole.false_alarms += part.false_alarms
        whole.misses += part.misses
        whole.silent += part.silent
        whole.onsets_ms += part.onsets_ms
        whole.late_ms += part.late_ms
        whole.turns += part.turns
        whole.deaf += part.deaf
        whole.cut_early += part.cut_early
    return whole


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of them stays at or below; nan of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def middle(values: Sequence[float]) -> float:
    """The median; nan of none."""
    return median(values) if values else float("nan")
