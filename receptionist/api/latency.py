"""Percentiles of where turns' time went, by stage."""

from collections.abc import Mapping, Sequence
from math import ceil

SHARES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


def percentiles(timings: Sequence[Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """For each stage the milliseconds that so many of its turns stayed within (nearest rank)."""
    stages: dict[str, list[float]] = {}
    for turn in timings:
        for stage, ms in turn.items():
            stages.setdefault(stage, []).append(ms)
    return {stage: _of(sorted(values)) for stage, values in stages.items()}


def _of(ordered: Sequence[float]) -> dict[str, float]:
    count = len(ordered)
    found = {name: ordered[ceil(share * count) - 1] for name, share in SHARES.items()}
    return {"turns": count, **found}
