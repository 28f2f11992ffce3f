"""How far vendors' calendars have been read, and what people have put into them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models.booking import calendar_blocks, calendar_feeds
from db.repositories.calls import upsert
from receptionist.ports.follow_up import REPEATED, CalendarBlock, CalendarFeed


class SqlCalendarFeeds:
    """Fulfil `CalendarFeeds`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, calendar_id: str) -> CalendarFeed:
        """A new one for a calendar that has never been read."""
        found = await self._one(calendar_feeds.c.calendar_id == calendar_id)
        return found or CalendarFeed(calendar_id)

    async def by_channel(self, channel_id: str) -> CalendarFeed | None:
        """The feed that a channel tells of."""
        return await self._one(calendar_feeds.c.channel_id == channel_id)

    async def save(self, feed: CalendarFeed) -> None:
        """Insert or replace."""
        values = asdict(feed)
        await self._connection.execute(
            upsert(self._connection, calendar_feeds)
            .values(values)
            .on_conflict_do_update(index_elements=["calendar_id"], set_=values)
        )

    async def put_block(self, block: CalendarBlock) -> None:
        """Insert or replace."""
        values = asdict(block)
        await self._connection.execute(
            upsert(self._connection, calendar_blocks)
            .values(values)
            .on_conflict_do_update(index_elements=["calendar_id", "event_id"], set_=values)
        )

    async def remove_block(self, calendar_id: str, event_id: str) -> None:
        """One that is not there is not an error."""
        await self._connection.execute(
            delete(calendar_blocks).where(
                calendar_blocks.c.calendar_id == calendar_id,
                calendar_blocks.c.event_id == event_id,
            )
        )

    async def clear_blocks(self, calendar_id: str) -> None:
        """Before everything is read again."""
        await self._connection.execute(
            delete(calendar_blocks).where(calendar_blocks.c.calendar_id == calendar_id)
        )

    async def clear_repeated(self, calendar_id: str) -> None:
        """Before the times of what repeats are read again."""
        await self._connection.execute(
            delete(calendar_blocks).where(
                calendar_blocks.c.calendar_id == calendar_id,
                calendar_blocks.c.event_id.startswith(REPEATED),
            )
        )

    async def blocks(
        self, calendar_ids: Sequence[str], start: datetime, end: datetime
    ) -> Sequence[CalendarBlock]:
        """Those that overlap [start, end)."""
        result = await self._connection.execute(
            select(calendar_blocks)
            .where(calendar_blocks.c.calendar_id.in_(calendar_ids))
            .where(calendar_blocks.c.start < end, calendar_blocks.c.end > start)
        )
        return [CalendarBlock(**row) for row in result.mappings()]

    async def _one(self, condition: object) -> CalendarFeed | None:
        result = await self._connection.execute(select(calendar_feeds).where(condition))  # type: ignore[arg-type]
        row = result.mappings().one_or_none()
        return None if row is None else CalendarFeed(**row)
