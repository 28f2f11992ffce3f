"""Days are counted once for good, today again and again, on SQLite and PostgreSQL alike."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, Counter

from db import SqlDatabase
from receptionist.numbers.counting import Counting
from receptionist.numbers.sums import SettledSums
from receptionist.ports.numbers import VendorErrors
from receptionist.ports.records import ActionRecord, CallRecord, TurnRecord
from tests.db.test_database import PRACTICE

NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)
"""Noon in New York."""


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
async def counting(database: SqlDatabase, clock: Clock, registry: CollectorRegistry) -> Counting:
    async with database.transaction() as uow:
        await uow.practices.save(replace(PRACTICE, timezone="America/New_York"))
    return Counting(database, clock, registry)


async def call(
    database: SqlDatabase, sid: str, at: datetime, *, ended: bool = True, turns: int = 2
) -> None:
    async with database.transaction() as uow:
        practice = (await uow.practices.all())[0]
        await uow.calls.add(CallRecord(sid, practice.id, None, "+15550100", at))
        said = [
            TurnRecord(sid, n, at + timedelta(seconds=n), "words", "12345", "12345", {"total": 80})
            for n in range(turns + 1)
        ]
        await uow.turns.save(said)
        await uow.actions.save([ActionRecord(sid, "t", "take_message", {}, {"ok": True}, at)])
        if ended:
            await uow.calls.set_outcome(sid, "message")
            await uow.calls.end(sid, "caller", at + timedelta(seconds=30))


async def counted(database: SqlDatabase, day: date) -> Mapping[str, Any]:
    async with database.reading() as uow:
        found = await uow.numbers.days(day, day)
    return found[0].figures if found else {}


async def test_a_call_is_in_its_day_with_what_was_said_and_done(
    database: SqlDatabase, counting: Counting
) -> None:
    # Just before midnight in New York, a day later in UTC.
    await call(database, "CA1", datetime(2026, 11, 20, 4, 30, tzinfo=UTC))

    await counting.look()

    figures = await counted(database, date(2026, 11, 19))
    assert figures["answered"] == {"23": 1}
    assert figures["wishes"] == {"message": 1}
    assert figures["use"]["stream"] == {
        "calls": 1,
        "seconds": 30,
        "started_minutes": 1,
        "turns": 2,
        "characters": 10,
    }
    assert sum(figures["stages"]["total"].values()) == 2
    assert (await counted(database, NOON.date()))["calls"] == 0


async def test_a_call_that_ends_is_seen_at_the_next_look(
    database: SqlDatabase, counting: Counting
) -> None:
    await call(database, "CA1", NOON - timedelta(minutes=5), ended=False)
    await counting.look()
    before = await counted(database, NOON.date())
    async with database.transaction() as uow:
        await uow.calls.end("CA1", "caller", NOON)

    await counting.look()

    assert (before["calls"], before["ended_by"]) == (1, {})
    assert (await counted(database, NOON.date()))["ended_by"] == {"caller": 1}


async def test_a_day_that_is_over_is_counted_for_good(
    database: SqlDatabase, counting: Counting, clock: Clock
) -> None:
    await call(database, "CA1", NOON - timedelta(hours=1))
    await counting.look()
    clock.now = NOON + timedelta(days=1)
    await counting.look()
    await call(database, "CA2", NOON)  # Nothing may come that late; it would not be counted.

    await counting.look()

    assert (await counted(database, NOON.date()))["calls"] == 1
    async with database.reading() as uow:
        practice = (await uow.practices.all())[0]
        assert await uow.numbers.settled_days(practice.id, NOON.date()) == [NOON.date()]


async def test_days_before_the_first_look_are_made_up_for(
    database: SqlDatabase, counting: Counting
) -> None:
    for days in range(12):
        await call(database, f"CA{days}", NOON - timedelta(days=days, minutes=1))

    looks = 1
    while await counting.look():
        looks += 1

    assert looks == 3
    async with database.reading() as uow:
        found = await uow.numbers.days(NOON.date() - timedelta(days=20), NOON.date())
    assert [day.figures["calls"] for day in found] == [1] * 12
    assert [day.settled for day in found] == [True] * 11 + [False]


async def test_more_calls_than_are_read_at_once_are_all_counted(
    database: SqlDatabase, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("receptionist.numbers.counting.CALLS_AT_ONCE", 3)
    for number in range(8):
        # Several at the very same moment.
        await call(database, f"CA{number}", NOON - timedelta(minutes=number // 4), turns=1)

    await counting.look()

    assert (await counted(database, NOON.date()))["calls"] == 8


async def test_what_one_process_has_counted_another_does_not_count_again(
    database: SqlDatabase, counting: Counting, clock: Clock
) -> None:
    await call(database, "CA1", NOON - timedelta(minutes=5))
    await counting.look()
    clock.now = NOON + timedelta(minutes=1)

    await Counting(database, clock, CollectorRegistry()).look()

    async with database.reading() as uow:
        (day,) = await uow.numbers.days(NOON.date(), NOON.date())
    assert day.made_at == NOON


async def test_vendor_errors_of_all_processes_add_up(
    database: SqlDatabase, counting: Counting, clock: Clock, registry: CollectorRegistry
) -> None:
    errors = Counter(
        "receptionist_vendor_errors_total", "errors", ["provider", "code"], registry=registry
    )
    elsewhere = CollectorRegistry()
    others = Counter(
        "receptionist_vendor_errors_total", "errors", ["provider", "code"], registry=elsewhere
    )
    errors.labels("deepgram", "provider_unavailable").inc(2)
    others.labels("deepgram", "provider_unavailable").inc(3)
    await counting.look()
    await Counting(database, clock, elsewhere).look()
    errors.labels("deepgram", "provider_unavailable").inc()

    await counting.look()
    await counting.look()

    async with database.reading() as uow:
        found = await uow.numbers.vendor_errors(NOON.date(), NOON.date())
    assert found == [VendorErrors("deepgram", "provider_unavailable", 6)]


async def test_sums_are_the_same_however_often_they_are_asked_for(
    database: SqlDatabase, counting: Counting, clock: Clock
) -> None:
    for days in range(4):
        await call(database, f"CA{days}", NOON - timedelta(days=days, minutes=1))
    await counting.look()
    kept, first = SettledSums(), NOON.date() - timedelta(days=6)

    async def asked(sums: SettledSums) -> tuple[int, list[tuple[int, int]]]:
        async with database.reading() as uow:
            found = await sums.read(uow, None, first, NOON.date())
        return found.total.calls, [found.days[day] for day in sorted(found.days)]

    once, twice = await asked(kept), await asked(kept)
    await call(database, "CA9", NOON - timedelta(minutes=2))
    await counting.look()

    assert once == twice == (4, [(1, 0)] * 4)
    assert await asked(kept) == await asked(SettledSums()) == (5, [(1, 0)] * 3 + [(2, 0)])
