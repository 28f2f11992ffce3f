"""What the caller has heard.

Twilio plays queued audio in order and echoes a mark once the audio before it
has been played. A clear drops what is still queued *and echoes its marks too*,
so an echo means "played" only for marks queued after the last clear.

Between two marks the played part is reckoned from media time: audio plays in
real time from the moment it is known to be at the head of the queue, never
before it was sent and never more than was sent. Sans-IO: time is media time, an
argument.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heard:
    """How much of one utterance reached the caller."""

    utterance_id: str
    heard_ms: float
    queued_ms: float
    dropped_ms: float = 0.0

    @property
    def pending_ms(self) -> float:
        """Neither heard nor dropped yet."""
        return self.queued_ms - self.heard_ms - self.dropped_ms


@dataclass(slots=True)
class _Utterance:
    queued_ms: float = 0.0
    heard_ms: float = 0.0
    dropped_ms: float = 0.0


@dataclass(slots=True)
class _Audio:
    utterance_id: str
    left_ms: float
    sent_ms: int | None


class PlaybackTracker:
    """Follow one media stream's queued, played and dropped audio."""

    def __init__(self) -> None:
        self._utterances: dict[str, _Utterance] = {}
        self._queue: deque[_Audio | str] = deque()
        self._playing_since_ms: int | None = None
        self._marks = 0
        self.ignored_echoes = 0

    @property
    def all_heard(self) -> bool:
        """Whether nothing queued is still to be heard."""
        return not self._queue

    def queue_audio(self, utterance_id: str, duration_ms: float, at_ms: int | None = None) -> None:
        """Record audio that was sent, at `at_ms` if that is known."""
        if duration_ms <= 0:
            return
        if not any(isinstance(item, _Audio) for item in self._queue):
            self._playing_since_ms = at_ms
        self._utterance(utterance_id).queued_ms += duration_ms
        self._queue.append(_Audio(utterance_id, duration_ms, at_ms))

    def queue_mark(self, utterance_id: str) -> str:
        """The name for a mark behind what has been queued so far."""
        self._utterance(utterance_id)
        self._marks += 1
        name = f"{utterance_id}:{self._marks}"
        self._queue.append(name)
        return name

    def mark_echoed(self, name: str, at_ms: int) -> None:
        """Everything before the mark was played, unless a clear dropped it."""
        if name not in self._queue:
            self.ignored_echoes += 1
            return
        while (item := self._queue.popleft()) != name:
            if isinstance(item, _Audio):
                self._utterance(item.utterance_id).heard_ms += item.left_ms
        self._playing_since_ms = at_ms

    def clear(self, at_ms: int) -> None:
        """Record that we told Twilio to drop what is still queued."""
        for item, heard_ms in self._played(at_ms):
            utterance = self._utterance(item.utterance_id)
            utterance.heard_ms += heard_ms
            utterance.dropped_ms += item.left_ms - heard_ms
        self._queue.clear()
        self._playing_since_ms = None

    def heard(self, utterance_id: str, at_ms: int | None = None) -> Heard:
        """What is certain; with `at_ms`, also what must have been played by then."""
        utterance = self._utterances.get(utterance_id, _Utterance())
        reckoned_ms = 0.0 if at_ms is None else self._reckoned_ms(utterance_id, at_ms)
        return Heard(
            utterance_id,
            utterance.heard_ms + reckoned_ms,
            utterance.queued_ms,
            utterance.dropped_ms,
        )

    def heard_text(
        self, utterance_id: str, sentences: Sequence[tuple[str, float]], at_ms: int | None = None
    ) -> str:
        """The words heard of an utterance, given its sentences and their lengths in ms."""
        left_ms = self.heard(utterance_id, at_ms).heard_ms
        words: list[str] = []
        for text, length_ms in sentences:
            share = 1.0 if left_ms >= length_ms else max(left_ms, 0.0) / length_ms
            spoken = text.split()
            words += spoken[: int(len(spoken) * share)]
            left_ms -= length_ms
        return " ".join(words)

    def unheard_audio_from(
        self, utterance_id: str, segments: Sequence[tuple[str, int]], at_ms: int | None = None
    ) -> dict[str, int]:
        """For each (segment id, bytes) queued in order, the byte from which it was not heard."""
        left = int(self.heard(utterance_id, at_ms).heard_ms * 8)
        offsets: dict[str, int] = {}
        for segment_id, length in segments:
            offsets[segment_id] = min(length, max(left, 0))
            left -= length
        return offsets

    def _utterance(self, utterance_id: str) -> _Utterance:
        return self._utterances.setdefault(utterance_id, _Utterance())

    def _reckoned_ms(self, utterance_id: str, at_ms: int) -> float:
        return sum(ms for item, ms in self._played(at_ms) if item.utterance_id == utterance_id)

    def _played(self, at_ms: int) -> Iterator[tuple[_Audio, float]]:
        """How much of each piece in the queue must have been played by now."""
        begins_ms = float(at_ms if self._playing_since_ms is None else self._playing_since_ms)
        for item in self._queue:
            if isinstance(item, _Audio):
                # Twilio's buffer may have run dry before this piece was sent.
                begins_ms = max(begins_ms, item.sent_ms or 0)
                yield item, min(item.left_ms, max(0.0, at_ms - begins_ms))
                begins_ms += item.left_ms
