"""What became of a call, as the caller saw it. Times count from the first request, in ms."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Side = Literal["caller", "receptionist", "callee", "line"]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said, pressed or noticed."""

    side: Side
    text: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Silence inside the other side's speech; `after_mark`: at a phrase's end, no underrun."""

    at_ms: int
    length_ms: int
    after_mark: bool


@dataclass(frozen=True, slots=True)
class Clear:
    """A `clear`; `reaction_ms` counts from the start of the caller's speech, if speaking."""

    at_ms: int
    reaction_ms: int | None


@dataclass(frozen=True, slots=True)
class Heard:
    """A stretch of audio as the caller heard it."""

    at_ms: int
    mulaw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller said, and when, in `time.monotonic()`, it ended and a reply was there."""

    text: str
    spoken_s: float
    answered_s: float


@dataclass(slots=True)
class CallReport:
    """Everything one call left behind."""

    call_sid: str
    transcript: list[Line] = field(default_factory=list)
    outcome: str = "in-progress"
    ended_by: str = ""
    duration_ms: int = 0
    latencies_ms: list[int] = field(default_factory=list)
    clears: list[Clear] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    marks: list[tuple[str, int]] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    frame_lateness_ms: list[float] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    streams: int = 0
    stream_ms: int = 0
    errors: list[str] = field(default_factory=list)
    first_audio_ms: int | None = None
    greeted_ms: int | None = None
    """From the first stream's `start` to its first audio."""

    def said_by(self, side: Side) -> list[str]:
        """The words of one side, in order."""
        return [line.text for line in self.transcript if line.side == side]

    def to_json(self) -> dict[str, Any]:
        """Everything but the audio."""
        body = asdict(self)
        del body["heard"], body["frame_lateness_ms"], body["answers"]
        body["heard_ms"] = sum(len(piece.mulaw) for piece in self.heard) // 8
        body["frame_lateness_max_ms"] = round(max(self.frame_lateness_ms, default=0.0), 1)
        return body
