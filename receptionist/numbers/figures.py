"""Counting calls: a day's figures, and the figures of many days together.

Pure: no clock and no database. Figures are JSON-safe and hold counts only, nothing of any
caller. Times go into buckets whose bounds grow by a tenth, so that days add up and a percentile
is at most a tenth too high.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from math import ceil, log
from typing import Any

from receptionist.ports.numbers import CountedCall

GROWTH = log(1.1)
SHARES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}

WISHES: Mapping[str, str] = {
    "check_availability": "book",
    "schedule_appointment": "book",
    "join_waiting_list": "book",
    "reschedule_appointment": "move",
    "cancel_appointment": "cancel",
    "find_appointments": "look_up",
    "answer_faq": "ask",
    "take_message": "message",
    "transfer_call": "person",
}
"""What a caller wanted, by the functions that were used; several wishes count each."""

WITHOUT_A_PERSON = frozenset({"answered", "booked", "moved", "cancelled"})
NOTHING_CAME_OF_IT = frozenset({None, "abandoned", "answered"})

COUNTERS = ("answered", "lost", "outcomes", "ended_by", "wishes")


@dataclass(slots=True)
class Figures:
    """What was counted. `answered` and `lost` are by the hour a call began in."""

    calls: int = 0
    alone: int = 0
    """Answered ones that nobody of the staff had to do anything about."""
    answered: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    ended_by: Counter[str] = field(default_factory=Counter)
    wishes: Counter[str] = field(default_factory=Counter)
    use: dict[str, Counter[str]] = field(default_factory=dict)
    """By channel: `calls`, `seconds`, `started_minutes`, `turns`, `characters`."""
    stages: dict[str, Counter[str]] = field(default_factory=dict)
    """By stage: turns by the bucket of their milliseconds."""

    def add(self, call: CountedCall, zone: tzinfo) -> None:
        """Count one call."""
        if call.outcome == "refused" or call.ended_by == "refused":
            return
        self.calls += 1
        self._add_use(call)
        for timings in call.timings:
            for stage, ms in timings.items():
                self.stages.setdefault(stage, Counter())[bucket(ms)] += 1
        if call.ended_at is None:
            return
        hour = str(call.started_at.astimezone(zone).hour)
        if is_lost(call):
            self.lost[hour] += 1
        else:
            self.answered[hour] += 1
            self.alone += call.outcome in WITHOUT_A_PERSON
        self.outcomes[call.outcome or "none"] += 1
        self.ended_by[call.ended_by or "none"] += 1
        wishes = {WISHES[name] for name in call.wishes if name in WISHES}
        if wishes & {"move", "cancel"}:
            wishes.discard("look_up")
        for wish in wishes or {"none"}:
            self.wishes[wish] += 1

    def add_day(self, kept: Mapping[str, Any]) -> None:
        """Count all of what `dump` gave as well. A year has hundreds of these: no object each."""
        self.calls += kept["calls"]
        self.alone += kept["alone"]
        for name in COUNTERS:
            _add(getattr(self, name), kept[name])
        for name in ("use", "stages"):
            mine: dict[str, Counter[str]] = getattr(self, name)
            for key, counts in kept[name].items():
                _add(mine.setdefault(key, Counter()), counts)

    def dump(self) -> dict[str, Any]:
        """JSON-safe."""
        return {
            "calls": self.calls,
            "alone": self.alone,
            **{name: dict(getattr(self, name)) for name in COUNTERS},
            "use": {key: dict(counts) for key, counts in self.use.items()},
            "stages": {key: dict(counts) for key, counts in self.stages.items()},
        }

    @property
    def all_answered(self) -> int:
        """At any hour."""
        return self.answered.total()

    @property
    def all_lost(self) -> int:
        """At any hour."""
        return self.lost.total()

    @property
    def share_alone(self) -> float | None:
        """Of the answered ones; None when there are none."""
        return self.alone / self.all_answered if self.all_answered else None

    def percentiles(self, stage: str) -> Mapping[str, float]:
        """Milliseconds that so many of its turns stayed within; empty without any."""
        counts = self.stages.get(stage, Counter())
        ordered = sorted((int(key), count) for key, count in counts.items())
        return {name: _within(ordered, share) for name, share in SHARES.items()} if ordered else {}

    def _add_use(self, call: CountedCall) -> None:
        use = self.use.setdefault(call.channel, Counter())
        until = call.ended_at or call.started_at
        seconds = max(0, round((until - call.started_at).total_seconds()))
        use.update(
            calls=1,
            seconds=seconds,
            started_minutes=ceil(seconds / 60),
            turns=call.turns,
            characters=call.characters,
        )


def figures_of(calls: Iterable[CountedCall], zone: tzinfo) -> Figures:
    """All of them, counted."""
    figures = Figures()
    for call in calls:
        figures.add(call, zone)
    return figures


def is_lost(call: CountedCall) -> bool:
    """The caller said nothing, or the line broke before anything had come of it."""
    broke = call.ended_by == "lost" and call.outcome in NOTHING_CAME_OF_IT
    return broke or call.outcome == "abandoned"


def bucket(ms: float) -> str:
    """The number of the bucket; 0 holds everything below a millisecond."""
    return str(max(0, ceil(log(ms) / GROWTH))) if ms > 0 else "0"


def _add(counter: Counter[str], counts: Mapping[str, int]) -> None:
    for key, count in counts.items():
        # Quicker than `+=`, which asks `Counter.__missing__` for what is new.
        counter[key] = counter.get(key, 0) + count


def _within(ordered: list[tuple[int, int]], share: float) -> float:
    """The nearest rank's upper bound."""
    rank = ceil(share * sum(count for _, count in ordered))
    seen = 0
    for number, count in ordered:
        seen += count
        if seen >= rank:
            return float(1.1**number)
    raise AssertionError("a share is at most 1")
