"""Taken times, laid out so that a month of free ones is found in a moment."""

from bisect import bisect_left
from collections.abc import Iterable

from receptionist.domain.opening_hours import Interval


class Occupied:
    """When one person, room or machine is taken. Moments are seconds since 1970."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, intervals: Iterable[Interval]) -> None:
        self._starts: list[float] = []
        self._ends: list[float] = []
        for start, end in sorted((i.start.timestamp(), i.end.timestamp()) for i in intervals):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def overlaps(self, start: float, end: float) -> bool:
        """Whether any of [start, end) is taken."""
        before = bisect_left(self._starts, end)
        return before > 0 and self._ends[before - 1] > start
