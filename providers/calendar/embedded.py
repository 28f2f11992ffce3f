"""No calendar but our own: the appointments table is where times are taken.

There is nowhere else to look and nobody else who writes, so nothing is busy
that the table does not know, every write has been done by the table's
transaction already, and nothing ever changes by hand. No state is kept here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic_settings import BaseSettings

from receptionist.domain.opening_hours import Interval
from receptionist.errors import ProviderRefused
from receptionist.ports.adapter import Adapter
from receptionist.ports.calendar import (
    Calendar,
    CalendarChanges,
    CalendarEvent,
    PutResult,
    StoredEvent,
    WatchChannel,
)


class EmbeddedCalendarSettings(BaseSettings):
    """Nothing to set."""


class EmbeddedCalendar:
    """Fulfil `Calendar` where there is no vendor's."""

    name = "embedded"
    external = False

    async def busy(
        self, calendar_ids: Sequence[str], start: datetime, end: datetime
    ) -> Mapping[str, Sequence[Interval]]:
        """Nothing beyond the appointments table."""
        return dict.fromkeys(calendar_ids, ())

    async def put(
        self, calendar_id: str, event: CalendarEvent, *, known: Interval | None = None
    ) -> PutResult:
        """The appointment's row is the event."""
        return PutResult("unchanged")

    async def delete(self, calendar_id: str, event_id: str) -> None:
        """The appointment's row says that it is cancelled."""

    async def get(self, calendar_id: str, event_id: str) -> StoredEvent | None:
        """There is no second copy."""
        return None

    async def between(
        self, calendar_id: str, start: datetime, end: datetime
    ) -> Sequence[StoredEvent]:
        """Nothing beyond the appointments table."""
        return ()

    async def changes(
        self, calendar_id: str, sync_token: str | None, *, since: datetime
    ) -> CalendarChanges:
        """None, and not `full`: nothing that is missing here is gone."""
        return CalendarChanges((), "", full=False)

    async def watch(
        self, calendar_id: str, channel_id: str, address: str, token: str, expires_at: datetime
    ) -> WatchChannel:
        """Raises `ProviderRefused`: nobody else writes, so there is nothing to be told of."""
        raise ProviderRefused(self.name, "the built-in calendar has nothing to watch")

    async def stop_watching(self, channel_id: str, resource_id: str) -> None:
        """Nothing was watched."""

    async def check(self, calendar_ids: Sequence[str] = ()) -> Mapping[str, str]:
        """Calendars that the practice names and we cannot reach."""
        return {
            name: f"{name} is not connected, its appointments are kept in our database only; "
            "set GOOGLE_APPLICATION_CREDENTIALS to a service account's key file"
            for name in calendar_ids
        }

    async def close(self) -> None:
        """Nothing to release."""


ADAPTER: Adapter[Calendar, EmbeddedCalendarSettings] = Adapter(
    EmbeddedCalendarSettings, lambda _settings: EmbeddedCalendar()
)
