"""A practice for a state machine: opened, worked in, killed, and asked whether all is well.

In the end book and calendars must agree, and every caller's appointment must be what they
were told, unless a person at the calendar wanted otherwise and the caller was told so.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, TypeVar

from hypothesis.stateful import RuleBasedStateMachine, invariant

from db import open_database
from providers.calendar.google import GoogleCalendar, read_account
from receptionist.domain.opening_hours import Interval
from receptionist.errors import InvalidArguments, NotFound, SlotTaken
from receptionist.ports.calendar import event_id_for
from receptionist.ports.records import Appointment, ListQuery
from tests.booking.crashes import Fuse, Killed, Meanwhile, MortalCalendar, MortalDatabase
from tests.booking.surgery import (
    KIM,
    LEE,
    PRACTICE,
    Desk,
    appointments,
    booked,
    open_practice,
    unfinished,
)
from tests.emulators.google import GoogleEmulator

T = TypeVar("T")

NOW = datetime(2031, 3, 3, 15, tzinfo=UTC)
DAY = datetime(2031, 3, 13, 14, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)
CALENDARS = {"Dr. Lee": LEE, "Dr. Kim": KIM}


@dataclass
class Promise:
    """What a caller was told, and what may have become of it since."""

    person: str
    told: datetime
    cancelled: bool = False
    deleted_by_hand: bool = False
    possible: set[datetime] = field(default_factory=set)
    """Starts after the one told: a person put it there, or an answer got lost."""


@cache
def empty_database() -> Path:
    """The schema, migrated once."""
    path = Path(tempfile.mkdtemp()) / "empty.db"

    async def make() -> None:
        database = open_database(f"sqlite:///{path}")
        await database.upgrade()
        await database.aclose()

    asyncio.run(make())
    return path


class SurgeryMachine(RuleBasedStateMachine):
    """One practice, its callers, and the people at its calendars."""

    def __init__(self) -> None:
        super().__init__()
        self.empty = empty_database()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.now = NOW
        self.fuse = Fuse()
        self.meanwhile = Meanwhile()
        self.promises: dict[str, Promise] = {}
        self.by_hand: list[tuple[str, str, Interval]] = []
        """Person, event id and time of everything people ever put into the calendars."""
        self.calls = 0
        self.runner.run(self._open())

    async def _open(self) -> None:
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        shutil.copy(self.empty, folder / "test.db")
        self.database = open_database(f"sqlite:///{folder / 'test.db'}")
        self.stack.push_async_callback(self.database.aclose)
        self.google = await self.stack.enter_async_context(GoogleEmulator())
        for calendar_id in CALENDARS.values():
            self.google.add_calendar(calendar_id, timezone=PRACTICE.timezone)
        account = read_account(self.google.write_key_file(folder / "key.json"))
        self.calendar = GoogleCalendar(account, self.google.base_url, threads=2)
        self.stack.push_async_callback(self.calendar.close)
        self.practice = await open_practice(self.database)
        self.other_desk = Desk(self.database, self.calendar, lambda: self.now)
        self.start()

    def start(self) -> None:
        """A new process."""
        self.desk = Desk(
            MortalDatabase(self.database, self.fuse),
            MortalCalendar(self.calendar, self.fuse, self.meanwhile),
            lambda: self.now,
        )

    def act(self, work: Callable[[], Awaitable[T]]) -> T | None:
        """Let the process work; None when it died of it, or was told no."""

        async def working() -> T | None:
            try:
                return await work()
            except (SlotTaken, NotFound, InvalidArguments):
                return None

        try:
            return self.runner.run(working())
        except Killed:
            self.fuse = Fuse()
            self.start()
            self.now += timedelta(minutes=2)  # Long enough for its leases to run out.
            return None

    def look(self, work: Awaitable[T]) -> T:
        """What a test sees that belongs to no process."""

        async def looking() -> T:
            return await work

        return self.runner.run(looking())

    @invariant()
    def nothing_overlaps(self) -> None:
        rows = self.look(booked(self.database))
        for one, other in combinations(rows, 2):
            if one.practitioner == other.practitioner:
                taken = (Interval(row.start, row.blocks_until) for row in (one, other))
                assert not next(taken).overlaps(next(taken))

    def teardown(self) -> None:
        try:
            self.look(self._settle())
            self.nothing_overlaps()
            self.look(self._check_agreement())
            self.look(self._check_promises())
        finally:
            self.look(self.stack.aclose())
            self.runner.close()

    async def _settle(self) -> None:
        """All is well for some hours."""
        self.google.clear_faults()
        self.fuse, self.meanwhile = Fuse(), Meanwhile()
        self.start()
        for _ in range(30):
            self.now += timedelta(minutes=65)
            before = [dict(event) for name in CALENDARS.values() for event in self._events(name)]
            await self.desk.desk.sync.queue_all()
            await self.desk.desk.worker.run_due()
            after = [dict(event) for name in CALENDARS.values() for event in self._events(name)]
            if not await unfinished(self.database) and before == after:
                return
        raise AssertionError("it never comes to rest")

    async def _check_agreement(self) -> None:
        rows = await booked(self.database)
        in_the_book = {(event_id_for(r.id), r.practitioner, r.start, r.end) for r in rows}
        in_the_calendars = [
            (event["id"], person, *_edges(event))
            for person, name in CALENDARS.items()
            for event in self._events(name)
            if event["summary"] != "Meeting"
        ]
        assert sorted(in_the_calendars) == sorted(in_the_book)
        found = self.desk.desk.check.differences(self.practice, repair=False)
        assert [f async for f in found if f.difference != "overlapped"] == []

    async def _check_promises(self) -> None:
        rows = {row.id: row for row in await appointments(self.database)}
        async with self.database.reading() as uow:
            tasks = (await uow.messages.list(ListQuery(limit=200))).items
        about = " ".join(task.idempotency_key or "" for task in tasks)
        for appointment_id, promise in self.promises.items():
            row = rows[appointment_id]
            if promise.cancelled:
                assert row.status == "cancelled"
            elif row.status == "cancelled":
                assert self._may_be_gone(row, promise)
                assert appointment_id in about, "nobody was told"
            else:
                assert row.start in {promise.told, *promise.possible}

    def _may_be_gone(self, row: Appointment, promise: Promise) -> bool:
        if row.cancelled_by == "calendar":
            return promise.deleted_by_hand
        times = (Interval(at, at + HALF_AN_HOUR) for at in (promise.told, *promise.possible))
        theirs = [taken for person, _, taken in self.by_hand if person == promise.person]
        in_the_way = any(mine.overlaps(taken) for mine in times for taken in theirs)
        return row.cancelled_by == "conflict" and in_the_way

    def promise_of(self, appointment_id: str) -> Promise:
        """That of a call whose process died as well: it promised nothing, and nobody asks."""
        return self.promises.get(appointment_id) or Promise("", DAY)

    def ours(self) -> list[tuple[str, str]]:
        return [
            (event["extendedProperties"]["private"]["appointment_id"], person)
            for person, name in CALENDARS.items()
            for event in self._events(name)
            if event["summary"] != "Meeting"
        ]

    def _events(self, calendar_id: str) -> Sequence[dict[str, Any]]:
        return self.google.events(calendar_id)


def one_of(candidates: Sequence[T], number: int) -> T:
    """Any of them, by a number that may be too large."""
    return candidates[number % len(candidates)]


def _edges(event: dict[str, Any]) -> tuple[datetime, datetime]:
    start, end = (datetime.fromisoformat(event[e]["dateTime"]) for e in ("start", "end"))
    return start.astimezone(UTC), end.astimezone(UTC)
