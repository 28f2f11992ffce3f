"""A caller waits for the vendor's busy times once, and what has changed is not remembered."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from receptionist.booking.remembered_busy import FRESH, remembering_busy
from receptionist.domain.opening_hours import Interval
from receptionist.errors import ProviderUnavailable
from receptionist.ports.calendar import Calendar, CalendarChanges, CalendarEvent, StoredEvent
from tests.booking.surgery import LEE, QUARTER, Surgery
from tests.booking.test_book import offers

TEN = datetime(2027, 3, 1, 15, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MEETING = Interval(TEN, TEN + HOUR)
EVENT = CalendarEvent("e1", "Blood test", TEN, TEN + HOUR, "UTC")
FOUND = StoredEvent("e2", interval=MEETING)


class BusyCalendar:
    """A vendor whose people are in a meeting; counts how often it is asked."""

    name = "busy"
    external = True

    def __init__(self) -> None:
        self.asked = 0
        self.answers = asyncio.Event()
        self.answers.set()
        self.fails = False
        self.events: Sequence[StoredEvent] = ()

    async def busy(
        self, calendar_ids: Sequence[str], start: datetime, end: datetime
    ) -> Mapping[str, Sequence[Interval]]:
        self.asked += 1
        if self.fails:
            raise ProviderUnavailable(self.name, "down")
        await self.answers.wait()
        inside = [MEETING] if MEETING.overlaps(Interval(start, end)) else []
        return dict.fromkeys(calendar_ids, inside)

    async def put(self, *_: object, **__: object) -> Any:
        raise ProviderUnavailable(self.name, "the answer was lost")

    async def delete(self, *_: object) -> None: ...

    async def between(self, *_: object) -> Sequence[StoredEvent]:
        return self.events

    async def changes(self, *_: object, **__: object) -> CalendarChanges:
        return CalendarChanges(self.events, "next", full=False)


class Remembering:
    """The calendar under test, over one that counts, at a time that stands still."""

    def __init__(self) -> None:
        self.vendor = BusyCalendar()
        self.now = TEN - DAY
        self.hits: list[bool] = []
        self.calendar: Calendar = remembering_busy(
            self.vendor,  # type: ignore[arg-type]
            lambda: self.now,
            self.hits.append,
        )

    async def busy(self, start: datetime = TEN - HOUR, lasting: timedelta = DAY) -> Any:
        return (await self.calendar.busy([LEE], start, start + lasting))[LEE]


async def test_what_was_asked_a_moment_ago_and_the_days_around_it_are_known() -> None:
    remembering = Remembering()

    first = await remembering.busy()
    after = await remembering.busy(TEN + 14 * DAY)
    again = await remembering.busy()

    assert (first, after, again) == ([MEETING], [], [MEETING])
    assert remembering.vendor.asked == 1
    assert remembering.hits == [False, True, True]


@pytest.mark.parametrize("far", [TEN - 30 * DAY, TEN + 90 * DAY])
async def test_days_far_from_those_are_asked_for(far: datetime) -> None:
    remembering = Remembering()

    await remembering.busy()
    await remembering.busy(far)

    assert remembering.vendor.asked == 2


async def test_after_a_minute_it_is_asked_again() -> None:
    remembering = Remembering()

    await remembering.busy()
    remembering.now += FRESH
    await remembering.busy()

    assert remembering.vendor.asked == 2


async def put(calendar: Calendar) -> None:
    with pytest.raises(ProviderUnavailable):
        await calendar.put(LEE, EVENT)


CHANGES: dict[str, tuple[Sequence[StoredEvent], Callable[[Calendar], Awaitable[object]]]] = {
    "an event was written, or may have been": ((), put),
    "an event was deleted": ((), lambda calendar: calendar.delete(LEE, "e1")),
    "somebody has put something there": (
        [FOUND],
        lambda calendar: calendar.between(LEE, TEN, TEN + HOUR),
    ),
    "people have changed something": (
        [FOUND],
        lambda calendar: calendar.changes(LEE, None, since=TEN),
    ),
}


@pytest.mark.parametrize(("events", "change"), CHANGES.values(), ids=list(CHANGES))
async def test_what_has_changed_is_not_remembered(
    events: Sequence[StoredEvent], change: Callable[[Calendar], Awaitable[object]]
) -> None:
    remembering = Remembering()
    remembering.vendor.events = events

    await remembering.busy()
    await change(remembering.calendar)
    await remembering.busy()

    assert remembering.vendor.asked == 2


async def test_a_look_without_news_leaves_what_is_known() -> None:
    remembering = Remembering()

    await remembering.busy()
    await remembering.calendar.between(LEE, TEN, TEN + HOUR)
    await remembering.calendar.changes(LEE, None, since=TEN)
    await remembering.busy()

    assert remembering.vendor.asked == 1


async def test_an_answer_that_a_change_has_overtaken_is_given_and_not_remembered() -> None:
    remembering = Remembering()
    remembering.vendor.answers.clear()

    async with asyncio.TaskGroup() as group:
        asking = group.create_task(remembering.busy())
        await asyncio.sleep(0)
        await remembering.calendar.delete(LEE, "e1")
        remembering.vendor.answers.set()
    await remembering.busy()

    assert asking.result() == [MEETING]
    assert remembering.vendor.asked == 2


async def test_a_vendor_that_fails_has_said_nothing() -> None:
    remembering = Remembering()
    remembering.vendor.fails = True

    with pytest.raises(ProviderUnavailable):
        await remembering.busy()
    remembering.vendor.fails = False

    assert await remembering.busy() == [MEETING]


async def test_a_caller_whose_call_was_prepared_does_not_wait_for_google(surgery: Surgery) -> None:
    await surgery.desk.desk.book.prepare(surgery.practice)
    prepared = surgery.google.requests["freeBusy"]

    told = await offers(surgery, "CA1")

    assert told
    assert (prepared, surgery.google.requests["freeBusy"]) == (1, 1)


async def test_a_person_who_came_since_is_offered_over_and_booked_never(surgery: Surgery) -> None:
    await surgery.desk.desk.book.prepare(surgery.practice)
    surgery.meeting(surgery.ten)

    refused = await surgery.desk.ask(
        *("schedule_appointment", surgery.practice, "CA1"),
        service="Blood test",
        start=surgery.ten,
        caller_name="Anna Smith",
    )
    told = [datetime.fromisoformat(offer["start"]) for offer in refused["offers"]]

    assert not refused["ok"]
    assert told
    assert all(abs(start - surgery.ten) >= QUARTER for start in told)
