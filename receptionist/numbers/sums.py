"""The figures of many days together, without reading days again that are counted for good."""

from collections import OrderedDict
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from receptionist.numbers.figures import Figures
from receptionist.ports.numbers import DayNumbers
from receptionist.ports.records import UnitOfWork

MOST_KEPT = 64


@dataclass(slots=True)
class Sums:
    """A time's figures; each day's answered and lost calls; when the newest day was counted."""

    total: Figures = field(default_factory=Figures)
    days: dict[date, tuple[int, int]] = field(default_factory=dict)
    counted_at: datetime | None = None

    def add(self, day: DayNumbers) -> None:
        """Count one more day of a practice."""
        self.total.add_day(day.figures)
        answered, lost = self.days.get(day.day, (0, 0))
        self.days[day.day] = (
            answered + sum(day.figures["answered"].values()),
            lost + sum(day.figures["lost"].values()),
        )
        self.counted_at = max(day.made_at, self.counted_at or day.made_at)


class SettledSums:
    """One per process. A time is asked for by its first and last day, so it is kept for a day."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int | None, date, date], tuple[date, Sums]] = OrderedDict()

    async def read(self, uow: UnitOfWork, practice_id: int | None, first: date, last: date) -> Sums:
        """Of one practice, or of all together."""
        key = (practice_id, first, last)
        since, before = self._kept.get(key) or (first, Sums())
        # A copy: another request may be at the same.
        settled = deepcopy(before)
        found = [
            day
            for day in await uow.numbers.days(since, last)
            if practice_id is None or day.practice_id == practice_id
        ]
        open_days = [day.day for day in found if not day.settled]
        newest = max((day.day for day in found), default=since - timedelta(days=1))
        until = min(open_days, default=newest + timedelta(days=1))
        for day in found:
            if day.day < until:
                settled.add(day)
        self._kept[key] = (until, settled)
        self._kept.move_to_end(key)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        sums = deepcopy(settled)
        for day in found:
            if day.day >= until:
                sums.add(day)
        return sums
