"""Reading the practice's calendars: what people changed since the last look.

A vendor tells of changes over a watch channel where our address can be reached;
whether it does or not, every calendar is read again each minute. Events of ours
move or cancel their appointments; all others are times that cannot be offered.
"""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from secrets import token_urlsafe
from uuid import uuid4

import structlog

from receptionist.booking.calendar_blocks import CalendarBlocks
from receptionist.booking.calendar_writes import moved_by_hand
from receptionist.booking.edits import CalendarEdits
from receptionist.booking.taken import APPOINTMENT, is_ours
from receptionist.domain.opening_hours import Interval
from receptionist.domain.practice import Practice
from receptionist.errors import ProviderError
from receptionist.ports.calendar import Calendar, StoredEvent, event_id_for
from receptionist.ports.follow_up import CalendarFeed, OutboxRow
from receptionist.ports.records import Appointment, Database
from receptionist.resilience.tolerance import for_ever

log = structlog.get_logger()

SYNC = "calendar.sync"
EVERY_S = 60
SINCE = timedelta(days=1)
WATCHED_FOR = timedelta(days=7)
RENEWED_BEFORE = timedelta(days=1)


class CalendarSync:
    """The job `calendar.sync`, and what queues it."""

    def __init__(
        self,
        database: Database,
        calendar: Calendar,
        edits: CalendarEdits,
        clock: Callable[[], datetime],
        *,
        address: str | None,
    ) -> None:
        """`address`: where the vendor can tell us of changes (https), if it can."""
        self._database = database
        self._calendar = calendar
        self._edits = edits
        self._clock = clock
        self._blocks = CalendarBlocks(database, calendar, clock)
        self._address = address if address and address.startswith("https://") else None

    async def run(self) -> None:
        """Have every calendar read each minute, by one process of all."""
        if self._calendar.external:
            await for_ever("calendar_sync_not_queued", self.queue_all, every_s=EVERY_S / 2)

    async def queue_all(self) -> None:
        """One row for each calendar and minute, whoever is first."""
        minute = int(self._clock().timestamp()) // EVERY_S
        async with self._database.transaction() as uow:
            for calendar_id in _calendars(await uow.practices.all()):
                key = f"{SYNC}:{calendar_id}:{minute}"
                await uow.outbox.put(SYNC, key, {"calendar_id": calendar_id})

    async def told(self, channel_id: str, channel_token: str, number: str) -> bool:
        """A vendor's notification; False when it is not for a channel of ours."""
        async with self._database.transaction() as uow:
            feed = await uow.calendar_feeds.by_channel(channel_id)
            if feed is None or not hmac.compare_digest(feed.channel_token or "", channel_token):
                return False
            key = f"{SYNC}:{feed.calendar_id}:{channel_id}:{number}"
            await uow.outbox.put(SYNC, key, {"calendar_id": feed.calendar_id})
        return True

    async def read(self, row: OutboxRow) -> None:
        """Read one calendar from where it was left."""
        calendar_id = str(row.payload["calendar_id"])
        async with self._database.reading() as uow:
            feed = await uow.calendar_feeds.get(calendar_id)
            practices = await uow.practices.all()
        practice = next((p for p in practices if calendar_id in _calendars([p])), None)
        if practice is None:
            return
        now = self._clock()
        changes = await self._calendar.changes(calendar_id, feed.sync_token, since=now - SINCE)
        await self._blocks.keep(feed, changes)
        for event in changes.events:
            await self._follow(practice, event)
        if changes.full:
            await self._follow_missing(practice, calendar_id, changes.events)
        watched = await self._watched(feed, now)
        async with self._database.transaction() as uow:
            await uow.appointments.lock(practice.id)
            # Whoever read the same changes beside us may have kept what we had dropped, or we
            # what they had: all of it is read again.
            is_alone = (await uow.calendar_feeds.get(calendar_id)).sync_token == feed.sync_token
            token = changes.next_sync_token if is_alone else None
            await uow.calendar_feeds.save(replace(watched, sync_token=token, synced_at=now))

    async def _follow(self, practice: Practice, event: StoredEvent) -> None:
        found = await self._appointment(event)
        if found is None or found.status != "booked" or found.end < self._clock():
            return
        if event.cancelled:
            await self._edits.deleted(practice, found)
            return
        moved = moved_by_hand(event)
        if moved is not None and moved != Interval(found.start, found.end):
            await self._edits.moved(practice, found, moved)

    async def _follow_missing(
        self, practice: Practice, calendar_id: str, events: Sequence[StoredEvent]
    ) -> None:
        """Of everything there is, an event of ours that is not among it may be gone."""
        now = self._clock()
        seen = {event.id for event in events}
        async with self._database.reading() as uow:
            rows = await uow.appointments.busy(practice.id, now, now + timedelta(days=730), now)
        for row in rows:
            person = practice.practitioner(row.practitioner)
            written = row.calendar_event_id is not None and row.calendar_event_id not in seen
            if row.status == "booked" and written and person and person.calendar == calendar_id:
                event = await self._calendar.get(calendar_id, event_id_for(row.id))
                # A vendor may show a deleted event as such, or not at all.
                if event is None or event.cancelled:
                    await self._edits.deleted(practice, row)

    async def _appointment(self, event: StoredEvent) -> Appointment | None:
        # A deleted event may have lost all but its id.
        async with self._database.reading() as uow:
            if is_ours(event):
                return await uow.appointments.get(event.private[APPOINTMENT])
            return await uow.appointments.by_event(event.id)

    async def _watched(self, feed: CalendarFeed, now: datetime) -> CalendarFeed:
        """The feed with a channel that has some time to go, where one can be had."""
        lasts = feed.channel_expires_at
        if self._address is None or (lasts is not None and lasts > now + RENEWED_BEFORE):
            return feed
        channel_id, token = uuid4().hex, token_urlsafe(24)
        try:
            channel = await self._calendar.watch(
                feed.calendar_id, channel_id, self._address, token, now + WATCHED_FOR
            )
            if feed.channel_id and feed.resource_id:
                await self._calendar.stop_watching(feed.channel_id, feed.resource_id)
        except ProviderError as exc:
            log.warning("calendar_not_watched", error_code=exc.code)
            return feed
        return replace(
            feed,
            channel_id=channel.channel_id,
            channel_token=token,
            resource_id=channel.resource_id,
            channel_expires_at=channel.expires_at,
        )


def _calendars(practices: Sequence[Practice]) -> list[str]:
    return [p.calendar for practice in practices for p in practice.practitioners if p.calendar]
