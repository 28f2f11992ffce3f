"""Keeping the days counted: today's again and again, each day before it once and for good.

Every process looks; whoever finds a day that has changed counts it, in steps that are short
enough for the calls on the line not to notice.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta

from prometheus_client import CollectorRegistry

from receptionist.domain.practice import Practice
from receptionist.numbers.figures import Figures
from receptionist.ports.numbers import DayNumbers, VendorErrors
from receptionist.ports.records import Database
from receptionist.resilience.tolerance import Rounds

LOOKED_EVERY_S = 10.0
CALLS_AT_ONCE = 100
SETTLED_AFTER = timedelta(hours=6)
"""A call that began before midnight is over by then, and its late callbacks have come."""
DAYS_AT_ONCE = 5
BREATH_S = 0.01
LONGEST_AGO = timedelta(days=800)
MARK = "mark"
"""What the day looked like when it was counted, so that no other process counts it again."""
VENDOR_ERRORS = "receptionist_vendor_errors_total"


class Counting:
    """One per process."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], registry: CollectorRegistry
    ) -> None:
        self._database = database
        self._clock = clock
        self._registry = registry
        self._complete: dict[int, date] = {}
        self._errors: dict[tuple[str, str], float] = {}

    async def watch(self) -> None:
        """Count for ever."""
        looking = Rounds("days_not_counted")
        while True:
            left = False
            with looking.one():
                left = await self.look()
            await asyncio.sleep(BREATH_S if left else LOOKED_EVERY_S)

    async def look(self) -> bool:
        """Count what has changed; whether older days are left."""
        await self._keep_vendor_errors()
        async with self._database.reading() as uow:
            practices = await uow.practices.all()
        left = False
        for practice in practices:
            left = await self._look_at(practice) or left
        return left

    async def _look_at(self, practice: Practice) -> bool:
        now = self._clock()
        today = now.astimezone(practice.zone).date()
        missing = await self._missing(practice, today)
        for day in [*missing[:DAYS_AT_ONCE], today]:
            await self._count(practice, day, now)
        return len(missing) > DAYS_AT_ONCE

    async def _missing(self, practice: Practice, today: date) -> list[date]:
        """Days before today that are not counted for good."""
        since = self._complete.get(practice.id)
        async with self._database.reading() as uow:
            if since is None:
                first = await uow.numbers.first_call(practice.id)
                if first is None:
                    return []
                since = max(first.astimezone(practice.zone).date(), today - LONGEST_AGO)
            settled = set(await uow.numbers.settled_days(practice.id, since))
        days = [since + timedelta(days=n) for n in range((today - since).days)]
        missing = [day for day in days if day not in settled]
        self._complete[practice.id] = missing[0] if missing else today
        return missing

    async def _count(self, practice: Practice, day: date, now: datetime) -> None:
        from_at, to_at = bounds(practice, day)
        settled = now >= to_at + SETTLED_AFTER
        async with self._database.reading() as uow:
            mark = await uow.numbers.mark(practice.id, from_at, to_at)
            known = [d for d in await uow.numbers.days(day, day) if d.practice_id == practice.id]
        if known and known[0].figures.get(MARK) == mark and known[0].settled == settled:
            return
        figures, after = Figures(), None
        while True:
            async with self._database.reading() as uow:
                calls = await uow.numbers.calls(practice.id, from_at, to_at, CALLS_AT_ONCE, after)
            for call in calls:
                figures.add(call, practice.zone)
            if len(calls) < CALLS_AT_ONCE:
                break
            after = calls[-1].call_sid
            await asyncio.sleep(BREATH_S)
        counted = DayNumbers(practice.id, day, now, {**figures.dump(), MARK: mark}, settled)
        async with self._database.transaction() as uow:
            await uow.numbers.keep(counted)

    async def _keep_vendor_errors(self) -> None:
        """What this process has counted since it was last asked."""
        counted = self._counted_errors()
        new = [
            VendorErrors(provider, code, round(value - self._errors.get((provider, code), 0.0)))
            for (provider, code), value in counted.items()
            if value > self._errors.get((provider, code), 0.0)
        ]
        if not new:
            return
        async with self._database.transaction() as uow:
            await uow.numbers.add_vendor_errors(self._clock().date(), new)
        self._errors = dict(counted)

    def _counted_errors(self) -> Mapping[tuple[str, str], float]:
        return {
            (sample.labels["provider"], sample.labels["code"]): sample.value
            for metric in self._registry.collect()
            for sample in metric.samples
            if sample.name == VENDOR_ERRORS
        }


def bounds(practice: Practice, day: date) -> tuple[datetime, datetime]:
    """A day's beginning and end by the practice's clocks."""
    from_at = datetime.combine(day, time(), practice.zone)
    return from_at, datetime.combine(day + timedelta(days=1), time(), practice.zone)
