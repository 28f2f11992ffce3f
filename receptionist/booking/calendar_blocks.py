"""What people put into the practice's calendars, kept for when the vendor does not answer.

An event that repeats is one event without an end: its times within the coming months are
asked for by themselves, when people have changed anything and once a day.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from receptionist.booking.taken import is_ours, takes_time
from receptionist.ports.calendar import Calendar, CalendarChanges, StoredEvent
from receptionist.ports.follow_up import REPEATED, CalendarBlock, CalendarFeed
from receptionist.ports.records import Database

AHEAD = timedelta(days=90)


class CalendarBlocks:
    """Keep them in the database."""

    def __init__(
        self, database: Database, calendar: Calendar, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._calendar = calendar
        self._clock = clock

    async def keep(self, feed: CalendarFeed, changes: CalendarChanges) -> None:
        """Take in what has changed. Raises what the calendar raises."""
        now = self._clock()
        repeated: Sequence[StoredEvent] | None = None
        if self._may_repeat(feed, changes, now):
            events = await self._calendar.between(feed.calendar_id, now, now + AHEAD)
            repeated = [event for event in events if event.repeats]
        async with self._database.transaction() as uow:
            feeds = uow.calendar_feeds
            if changes.full:
                await feeds.clear_blocks(feed.calendar_id)
            for event in changes.events:
                await feeds.remove_block(feed.calendar_id, event.id)
            once = (event for event in changes.events if not event.repeats)
            for block in _blocks(feed.calendar_id, "", once):
                await feeds.put_block(block)
            if repeated is not None:
                await feeds.clear_repeated(feed.calendar_id)
                for block in _blocks(feed.calendar_id, REPEATED, repeated):
                    await feeds.put_block(block)

    @staticmethod
    def _may_repeat(feed: CalendarFeed, changes: CalendarChanges, now: datetime) -> bool:
        if changes.full:
            return any(event.repeats for event in changes.events)
        is_new_day = feed.synced_at is None or feed.synced_at.date() != now.date()
        # What is deleted, or made to happen once, no longer says that it repeated.
        return is_new_day or not all(map(is_ours, changes.events))


def _blocks(calendar_id: str, kind: str, events: Iterable[StoredEvent]) -> Iterable[CalendarBlock]:
    for event in events:
        if event.interval is not None and takes_time(event) and not is_ours(event):
            start, end = event.interval.start, event.interval.end
            yield CalendarBlock(calendar_id, f"{kind}{event.id}", start, end)
