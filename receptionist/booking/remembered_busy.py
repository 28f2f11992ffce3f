"""Busy times of a vendor's calendars, remembered: a caller waits for them once, if at all.

What we write there, and what people are found to have changed, is forgotten at once; what
nobody tells us of is asked for again a minute later. Whoever books has the vendor look again,
so a time that is gone is offered at worst, and never promised.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from receptionist.domain.opening_hours import Interval
from receptionist.ports.calendar import (
    Calendar,
    CalendarChanges,
    CalendarEvent,
    PutResult,
    StoredEvent,
)

FRESH = timedelta(seconds=60)
"""As often as the calendars are read for changes."""
BEFORE, BEHIND = timedelta(days=7), timedelta(days=40)
"""More than was asked for: "and the week after?" is answered from it as well."""
MOST_CALENDARS = 1000


@dataclass(frozen=True, slots=True)
class _Known:
    span: Interval
    times: Sequence[Interval]
    read_at: datetime


class _RememberedBusy:
    """Fulfil `Calendar` with another one."""

    def __init__(
        self,
        calendar: Calendar,
        clock: Callable[[], datetime],
        on_asked: Callable[[bool], None] | None,
    ) -> None:
        self._calendar = calendar
        self._clock = clock
        self._on_asked = on_asked
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._changes: dict[str, int] = {}
        """How often each calendar was forgotten while somebody was asking for it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._calendar, name)

    async def busy(
        self, calendar_ids: Sequence[str], start: datetime, end: datetime
    ) -> Mapping[str, Sequence[Interval]]:
        """As the calendar says, or has said a moment ago. Raises what it raises."""
        wanted, now = Interval(start, end), self._clock()
        found = {i: known.times for i in calendar_ids if (known := self._fresh(i, wanted, now))}
        unknown = [i for i in calendar_ids if i not in found]
        if self._on_asked is not None:
            self._on_asked(not unknown)
        if unknown:
            found.update(await self._ask(unknown, Interval(start - BEFORE, end + BEHIND)))
        return {i: [time for time in found[i] if time.overlaps(wanted)] for i in calendar_ids}

    async def put(
        self, calendar_id: str, event: CalendarEvent, *, known: Interval | None = None
    ) -> PutResult:
        """Insert the event or bring it up to date."""
        try:
            return await self._calendar.put(calendar_id, event, known=known)
        finally:
            # Failed or not: only the answer may have been lost.
            self._forget(calendar_id)

    async def delete(self, calendar_id: str, event_id: str) -> None:
        """Delete an event."""
        try:
            await self._calendar.delete(calendar_id, event_id)
        finally:
            self._forget(calendar_id)

    async def between(
        self, calendar_id: str, start: datetime, end: datetime
    ) -> Sequence[StoredEvent]:
        """The events that overlap; one that was not known makes the others doubtful."""
        events = await self._calendar.between(calendar_id, start, end)
        if events:
            self._forget(calendar_id)
        return events

    async def changes(
        self, calendar_id: str, sync_token: str | None, *, since: datetime
    ) -> CalendarChanges:
        """What people changed."""
        changes = await self._calendar.changes(calendar_id, sync_token, since=since)
        if changes.events:
            self._forget(calendar_id)
        return changes

    async def _ask(
        self, calendar_ids: Sequence[str], span: Interval
    ) -> Mapping[str, Sequence[Interval]]:
        before = {i: self._changes.get(i, 0) for i in calendar_ids}
        now = self._clock()
        found = await self._calendar.busy(calendar_ids, span.start, span.end)
        for calendar_id, times in found.items():
            if self._changes.get(calendar_id, 0) == before[calendar_id]:
                self._known[calendar_id] = _Known(span, times, now)
                self._known.move_to_end(calendar_id)
        while len(self._known) > MOST_CALENDARS:
            self._known.popitem(last=False)
        return found

    def _fresh(self, calendar_id: str, wanted: Interval, now: datetime) -> _Known | None:
        known = self._known.get(calendar_id)
        if known is None or now - known.read_at >= FRESH:
            return None
        covers = known.span.start <= wanted.start and wanted.end <= known.span.end
        return known if covers else None

    def _forget(self, calendar_id: str) -> None:
        self._known.pop(calendar_id, None)
        self._changes[calendar_id] = self._changes.get(calendar_id, 0) + 1


def remembering_busy(
    calendar: Calendar,
    clock: Callable[[], datetime],
    on_asked: Callable[[bool], None] | None = None,
) -> Calendar:
    """The same calendar; `on_asked` is told of each question whether its answer was known."""
    return cast(Calendar, _RememberedBusy(calendar, clock, on_asked))
