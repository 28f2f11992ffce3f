"""What is taken: by our own appointments, and by what people put into the practice's calendars.

A vendor is asked while the caller waits, so only for a moment. When it does not
answer, what was last read of its calendars counts; unknown is not free.
"""

import asyncio
from collections.abc import Collection, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import structlog

from receptionist.domain.opening_hours import Interval
from receptionist.domain.practice import Practice
from receptionist.errors import CalendarUnavailable, ProviderError, ProviderRefused
from receptionist.ports.calendar import Calendar, StoredEvent, event_id_for
from receptionist.ports.records import Appointment, Database, UnitOfWork

log = structlog.get_logger()
T = TypeVar("T")

ASKED_S = 1.5
PREPARED_S = 10.0
AWAY_S = 30.0
"""How long a calendar that did not answer is not waited for again."""
CLOSED = (403, 404)
APPOINTMENT = "appointment_id"
"""The private property of our own events."""


def is_ours(event: StoredEvent) -> bool:
    """Whether we made it, for an appointment; a copy that a person made of it is theirs."""
    appointment_id = event.private.get(APPOINTMENT)
    # Each time of an event that was made to repeat has the event's id and a suffix.
    whole, _, _ = event.id.partition("_")
    return appointment_id is not None and whole == event_id_for(appointment_id)


def takes_time(event: StoredEvent) -> bool:
    """Whether a person put something there that keeps the practitioner busy."""
    return event.blocks and not event.cancelled and event.interval is not None


class TakenTimes:
    """Ask the database and the vendor's calendars."""

    def __init__(self, database: Database, calendar: Calendar, *, asked_s: float = ASKED_S) -> None:
        self._database = database
        self._calendar = calendar
        self._asked_s = asked_s
        self._away_until = 0.0
        self._preparing: set[int] = set()
        """Practices whose calendars are being asked ahead of any question."""

    @property
    def is_away(self) -> bool:
        """The vendor's calendars did not answer a moment ago: no caller waits for them now."""
        return asyncio.get_running_loop().time() < self._away_until

    async def prepare(self, practice: Practice, start: datetime, end: datetime) -> None:
        """Have the vendor say now what it may be asked soon. Nobody waits, so it may take a while.

        However it ends, it says nothing about whether the vendor can be asked.
        """
        by_id = _calendars(practice)
        if not by_id or not self._calendar.external or self.is_away:
            return
        if practice.id in self._preparing:
            return
        self._preparing.add(practice.id)
        try:
            async with asyncio.timeout(PREPARED_S):
                await self._calendar.busy(list(by_id), start, end)
        except (ProviderError, TimeoutError) as exc:
            log.info("calendar_not_prepared", error=type(exc).__name__)
        finally:
            self._preparing.discard(practice.id)

    async def by_people(
        self,
        practice: Practice,
        start: datetime,
        end: datetime,
        *,
        moving: Appointment | None = None,
    ) -> Mapping[str, Sequence[Interval]]:
        """What the vendor's calendars hold, by practitioner; `moving` counts as free.

        Empty when the vendor does not say in time.
        """
        by_id = _calendars(practice)
        if not by_id or not self._calendar.external:
            return {}
        try:
            busy = await self._answer(self._busy(list(by_id), start, end))
        except ProviderRefused as exc:
            log.error("calendars_refused", error_code=exc.code)
            return {}
        own = Interval(moving.start, moving.end) if moving else None
        return {
            by_id[calendar_id]: [
                part for i in intervals for part in ([i] if own is None else _without(i, own))
            ]
            for calendar_id, intervals in (busy or {}).items()
        }

    async def _busy(
        self, calendar_ids: Sequence[str], start: datetime, end: datetime
    ) -> Mapping[str, Sequence[Interval]]:
        """A calendar that is closed to us is taken throughout: unknown is not free."""
        try:
            return await self._calendar.busy(calendar_ids, start, end)
        except CalendarUnavailable as exc:
            if exc.retryable:
                raise
            log.error("calendars_closed_to_us", calendars=len(exc.reasons))
            closed = {calendar_id: [Interval(start, end)] for calendar_id in exc.reasons}
            rest = [calendar_id for calendar_id in calendar_ids if calendar_id not in closed]
            return {**closed, **(await self._calendar.busy(rest, start, end) if rest else {})}

    async def still_free(self, practice: Practice, practitioner: str, wanted: Interval) -> bool:
        """Whether nobody has put anything there meanwhile, as far as the vendor says in time."""
        calendar_id = self.calendar_of(practice, practitioner)
        if calendar_id is None:
            return True
        try:
            asking = self._calendar.between(calendar_id, wanted.start, wanted.end)
            events = await self._answer(asking) or ()
        except ProviderRefused as exc:
            # Closed to us alone it is taken; when our key is refused, what we know counts.
            return exc.status not in CLOSED
        return not any(takes_time(event) and not is_ours(event) for event in events)

    async def _answer(self, asking: Coroutine[Any, Any, T]) -> T | None:
        """What the vendor says; None when it does not say it in time. Raises `ProviderRefused`."""
        if self.is_away:
            asking.close()
            return None
        try:
            async with asyncio.timeout(self._asked_s):
                return await asking
        except ProviderRefused:
            raise
        except (ProviderError, TimeoutError) as exc:
            log.warning("calendar_not_asked", error=type(exc).__name__)
            self._away_until = asyncio.get_running_loop().time() + AWAY_S
            return None

    def calendar_of(self, practice: Practice, practitioner: str) -> str | None:
        """The vendor's calendar where this practitioner's appointments are shown."""
        person = practice.practitioner(practitioner)
        return person.calendar if person and self._calendar.external else None


async def known_times(
    uow: UnitOfWork,
    practice: Practice,
    start: datetime,
    end: datetime,
    now: datetime,
    *,
    holders: Collection[str] = (),
    moving: Appointment | None = None,
) -> dict[str, list[Interval]]:
    """What the database knows to be taken, people's own events as last read among it.

    What is held in the name of one of `holders` is not.
    """
    found: dict[str, list[Interval]] = {}
    for row in await uow.appointments.busy(practice.id, start, end, now):
        held_here = row.status == "held" and row.call_sid in holders
        if held_here or (moving is not None and row.id == moving.id):
            continue
        for whose in (row.practitioner, *row.units):
            found.setdefault(whose, []).append(Interval(row.start, row.blocks_until))
    by_id = _calendars(practice)
    if by_id:
        for block in await uow.calendar_feeds.blocks(list(by_id), start, end):
            interval = Interval(block.start, block.end)
            found.setdefault(by_id[block.calendar_id], []).append(interval)
    return found


def _calendars(practice: Practice) -> dict[str, str]:
    """Whose each of the vendor's calendars is."""
    return {p.calendar: p.name for p in practice.practitioners if p.calendar}


def _without(interval: Interval, own: Interval) -> list[Interval]:
    parts = []
    if interval.start < own.start:
        parts.append(Interval(interval.start, min(interval.end, own.start)))
    if interval.end > own.end:
        parts.append(Interval(max(interval.start, own.end), interval.end))
    return parts
