"""Figures of many calls, which add up over processes. Times are milliseconds."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from receptionist.line.report import Answer, CallReport

TENTHS = 10
PERCENTS = (50, 95, 99)


@dataclass(slots=True)
class Spread:
    """How often each length of time was seen, to a tenth of a millisecond."""

    counts: Counter[int] = field(default_factory=Counter)

    def add(self, ms: float) -> None:
        """One more."""
        self.counts[round(ms * TENTHS)] += 1

    def merge(self, other: "Spread") -> None:
        """All of another's."""
        self.counts.update(other.counts)

    def __len__(self) -> int:
        return self.counts.total()

    def percentile(self, percent: float) -> float:
        """By nearest rank. Raises `ValueError` when nothing was seen."""
        rank = max(1, -int(-self.counts.total() * percent // 100))
        for tenths in sorted(self.counts):
            rank -= self.counts[tenths]
            if rank <= 0:
                return tenths / TENTHS
        raise ValueError("no values")

    def figures(self) -> dict[str, float]:
        """p50, p95, p99 and the largest; empty when nothing was seen."""
        if not self.counts:
            return {}
        named = {f"p{percent}": self.percentile(percent) for percent in PERCENTS}
        return {**named, "max": max(self.counts) / TENTHS}


@dataclass(slots=True)
class Tally:
    """What became of a share of the calls."""

    outcomes: Counter[str] = field(default_factory=Counter)
    ended_by: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    greeted: Spread = field(default_factory=Spread)
    first_audio: Spread = field(default_factory=Spread)
    replies: Spread = field(default_factory=Spread)
    clears: Spread = field(default_factory=Spread)
    gaps: Spread = field(default_factory=Spread)
    pauses: Spread = field(default_factory=Spread)
    lateness: Spread = field(default_factory=Spread)
    stream_s: float = 0.0
    rows: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    def add(self, scenario: str, report: CallReport) -> None:
        """One call more."""
        self.outcomes[report.outcome] += 1
        self.ended_by[report.ended_by] += 1
        self.errors.update(report.errors)
        for spread, ms in (
            (self.greeted, report.greeted_ms),
            (self.first_audio, report.first_audio_ms),
        ):
            if ms is not None:
                spread.add(ms)
        for length_ms in report.latencies_ms:
            self.replies.add(length_ms)
        for clear in report.clears:
            if clear.reaction_ms is not None:
                self.clears.add(clear.reaction_ms)
        for gap in report.gaps:
            (self.pauses if gap.after_mark else self.gaps).add(gap.length_ms)
        for late_ms in report.frame_lateness_ms:
            self.lateness.add(late_ms)
        self.stream_s += report.stream_ms / 1000
        self.answers += report.answers
        self.rows.append({"scenario": scenario, **report.to_json()})

    def merge(self, other: "Tally") -> None:
        """All of another process's."""
        for name in ("outcomes", "ended_by", "errors"):
            getattr(self, name).update(getattr(other, name))
        for name in ("greeted", "first_audio", "replies", "clears", "gaps", "pauses", "lateness"):
            getattr(self, name).merge(getattr(other, name))
        self.stream_s += other.stream_s
        self.rows += other.rows
        self.answers += other.answers

    def summary(self) -> dict[str, Any]:
        """Everything in a few lines."""
        return {
            "calls": self.outcomes.total(),
            "outcomes": dict(self.outcomes),
            "ended_by": dict(self.ended_by),
            "call_seconds": round(self.stream_s, 1),
            "first_audio_ms": self.first_audio.figures(),
            "first_audio_after_start_ms": self.greeted.figures(),
            "reply_latency_ms": self.replies.figures(),
            "clear_reaction_ms": self.clears.figures(),
            "gaps": len(self.gaps),
            "gap_ms": self.gaps.figures(),
            "pauses_between_phrases_ms": self.pauses.figures(),
            "own_frame_lateness_ms": self.lateness.figures(),
            "errors": dict(self.errors),
        }
