"""What a vendor's calendars say, and what counts when they do not."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from receptionist.booking.taken import TakenTimes
from receptionist.domain.opening_hours import Interval
from receptionist.errors import CalendarUnavailable, ProviderRefused, ProviderUnavailable
from receptionist.ports.calendar import StoredEvent, event_id_for
from tests.booking.surgery import KIM, LEE, PRACTICE

NINE = datetime(2027, 3, 1, 14, tzinfo=UTC)
DAY = Interval(NINE, NINE + timedelta(hours=8))
SLOT = Interval(NINE, NINE + timedelta(minutes=30))
MEETING = Interval(NINE + timedelta(hours=1), NINE + timedelta(hours=2))
Answer = Mapping[str, Sequence[Interval]] | Exception


class FakeCalendar:
    """A vendor whose answers are scripted."""

    name = "fake"
    external = True

    def __init__(self, *answers: Answer, listed: Sequence[StoredEvent] | Exception = ()) -> None:
        self._answers = list(answers)
        self._listed = listed
        self.asked: list[Sequence[str]] = []

    async def busy(self, calendar_ids: Sequence[str], *_: object) -> Any:
        self.asked.append(calendar_ids)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def between(self, calendar_id: str, *_: object) -> Any:
        self.asked.append([calendar_id])
        if isinstance(self._listed, Exception):
            raise self._listed
        return self._listed


class SilentCalendar(FakeCalendar):
    """A vendor that never answers."""

    async def busy(self, calendar_ids: Sequence[str], *_: object) -> Any:
        self.asked.append(calendar_ids)
        await asyncio.Event().wait()


def taken_in(calendar: FakeCalendar) -> TakenTimes:
    return TakenTimes(None, calendar, asked_s=0.05)  # type: ignore[arg-type]


async def by_people(taken: TakenTimes) -> Mapping[str, Sequence[Interval]]:
    return await taken.by_people(PRACTICE, DAY.start, DAY.end)


async def test_busy_times_are_those_of_the_people_whose_calendars_they_are() -> None:
    taken = taken_in(FakeCalendar({LEE: [MEETING], KIM: []}))

    assert await by_people(taken) == {"Dr. Lee": [MEETING], "Dr. Kim": []}


async def test_a_calendar_closed_to_us_is_not_free_and_the_others_are_asked_again() -> None:
    closed = CalendarUnavailable("fake", {LEE: "notFound"}, retryable=False)
    calendar = FakeCalendar(closed, {KIM: [MEETING]})

    found = await by_people(taken_in(calendar))

    assert found == {"Dr. Lee": [DAY], "Dr. Kim": [MEETING]}
    assert calendar.asked == [[LEE, KIM], [KIM]]


@pytest.mark.parametrize(
    "failure",
    [
        ProviderUnavailable("fake", "down"),
        CalendarUnavailable("fake", {LEE: "internalError"}, retryable=True),
        ProviderRefused("fake", "the key was refused", status=401),
    ],
)
async def test_when_the_vendor_fails_what_the_database_knows_is_all(failure: Exception) -> None:
    assert await by_people(taken_in(FakeCalendar(failure))) == {}


async def test_a_vendor_that_did_not_answer_is_not_waited_for_again_at_once() -> None:
    calendar = SilentCalendar()
    taken = taken_in(calendar)

    first, second = await by_people(taken), await by_people(taken)

    assert (first, second) == ({}, {})
    assert len(calendar.asked) == 1
    assert taken.is_away


@pytest.mark.parametrize(
    ("listed", "is_free"),
    [
        ((), True),
        ([StoredEvent("e1", interval=SLOT)], False),
        ([StoredEvent("e1", interval=SLOT, blocks=False)], True),
        ([StoredEvent(event_id_for("a1"), interval=SLOT, private={"appointment_id": "a1"})], True),
        (ProviderRefused("fake", "not shared", status=404), False),
        (ProviderRefused("fake", "the key was refused", status=401), True),
        (ProviderUnavailable("fake", "down"), True),
    ],
)
async def test_a_time_is_still_free_unless_a_person_took_it_or_the_calendar_is_closed(
    listed: Sequence[StoredEvent] | Exception, is_free: bool
) -> None:
    taken = taken_in(FakeCalendar(listed=listed))

    assert await taken.still_free(PRACTICE, "Dr. Lee", SLOT) is is_free


async def test_a_vendor_that_is_slow_at_the_ring_is_asked_by_the_next_caller_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("receptionist.booking.taken.PREPARED_S", 0.02)
    calendar = SilentCalendar()
    taken = taken_in(calendar)

    async with asyncio.TaskGroup() as group:
        for _ in range(100):
            group.create_task(taken.prepare(PRACTICE, DAY.start, DAY.end))

    assert len(calendar.asked) == 1, "a burst of rings is one question"
    assert not taken.is_away
