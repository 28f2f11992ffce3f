"""Work that follows a change: leased, tried again, done once by key."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import SqlDatabase
from receptionist.booking.outbox import (
    AT_ONCE,
    LONGEST_PAUSE_S,
    MOST_ATTEMPTS,
    OutboxWorker,
    pause_s,
)
from receptionist.errors import ProviderUnavailable
from receptionist.ports.follow_up import OutboxRow
from tests.booking.surgery import Clock, unfinished

LEASE = timedelta(seconds=60)
HOUR = timedelta(hours=1)


@pytest.fixture
def database(either_database: SqlDatabase) -> SqlDatabase:
    return either_database


class Desk:
    """Jobs of kind `job`, done by as many workers as a test wants."""

    def __init__(self, database: SqlDatabase) -> None:
        self.database = database
        self.clock = Clock()
        self.begun: list[str] = []
        self.errors: dict[str, Exception] = {}

    def worker(self, **more: Any) -> OutboxWorker:
        return OutboxWorker(self.database, {"job": self.do}, self.clock, **more)

    async def do(self, row: OutboxRow) -> None:
        self.begun.append(row.key)
        if row.key in self.errors:
            raise self.errors[row.key]

    async def put(self, *keys: str, kind: str = "job") -> list[bool]:
        async with self.database.transaction() as uow:
            return [await uow.outbox.put(kind, key, {}) for key in keys]

    async def row(self, key: str) -> OutboxRow:
        async with self.database.reading() as uow:
            found = await uow.outbox.get(key)
        assert found is not None
        return found


@pytest.fixture
def desk(database: SqlDatabase) -> Desk:
    return Desk(database)


async def test_a_key_is_worked_on_once(desk: Desk) -> None:
    made = [*await desk.put("a"), *await desk.put("a")]
    await desk.worker().run_due()
    made += await desk.put("a")
    await desk.worker().run_due()

    assert made == [True, False, False]
    assert desk.begun == ["a"]
    assert not await unfinished(desk.database)


async def test_a_change_that_is_rolled_back_leaves_no_work(desk: Desk) -> None:
    with pytest.raises(ZeroDivisionError):
        async with desk.database.transaction() as uow:
            await uow.outbox.put("job", "a", {})
            raise ZeroDivisionError

    assert await desk.worker().run_due() == 0


async def test_work_that_failed_is_tried_again_after_a_pause_and_not_before(desk: Desk) -> None:
    desk.errors["a"] = ProviderUnavailable("google", "HTTP 503")
    await desk.put("a")
    worker = desk.worker()

    begun = [await worker.run_due(), await worker.run_due()]
    desk.errors.clear()
    desk.clock.now += timedelta(seconds=pause_s(1, 1))
    begun.append(await worker.run_due())

    assert begun == [1, 0, 1]
    assert (await desk.row("a")).status == "done"


async def test_each_failure_makes_the_pause_longer(desk: Desk) -> None:
    desk.errors["a"] = ZeroDivisionError()
    await desk.put("a")
    pauses = []
    for _ in range(6):
        await desk.worker().run_due()
        pause = (await desk.row("a")).run_at - desk.clock.now
        pauses.append(pause.total_seconds())
        desk.clock.now += pause

    assert all(2**n / 2 <= pause <= 2**n for n, pause in enumerate(pauses, start=1))


@given(st.integers(min_value=1, max_value=40), st.floats(min_value=0, max_value=1))
def test_a_pause_is_spread_over_half_its_length_and_never_longer_than_an_hour(
    attempts: int, spread: float
) -> None:
    longest = min(2.0**attempts, LONGEST_PAUSE_S)

    assert longest / 2 <= pause_s(attempts, spread) <= longest


async def test_rows_that_failed_together_are_not_tried_again_together(desk: Desk) -> None:
    keys = [f"k{number}" for number in range(20)]
    desk.errors |= dict.fromkeys(keys, ZeroDivisionError())
    await desk.put(*keys)

    await desk.worker().run_due()

    assert len({(await desk.row(key)).run_at for key in keys}) > 10


async def test_what_cannot_be_done_is_left_dead_until_somebody_revives_it(desk: Desk) -> None:
    desk.errors["a"] = ProviderUnavailable("google", "HTTP 503")
    await desk.put("a")
    for _ in range(MOST_ATTEMPTS + 3):
        await desk.worker().run_due()
        desk.clock.now += 2 * HOUR
    dead = await desk.row("a")
    tried = len(desk.begun)

    desk.errors.clear()
    async with desk.database.transaction() as uow:
        revived = [await uow.outbox.revive(dead.id, desk.clock.now) for _ in range(2)]
    await desk.worker().run_due()

    assert (dead.status, dead.error, tried) == ("dead", "provider_unavailable", MOST_ATTEMPTS)
    assert revived == [True, False]
    assert (await desk.row("a")).status == "done"


async def test_why_it_failed_is_kept_as_a_code_and_never_in_words(desk: Desk) -> None:
    desk.errors["a"] = ValueError("Jane Roe, 555-0100")
    await desk.put("a")

    await desk.worker().run_due()

    assert (await desk.row("a")).error == "ValueError"


async def test_what_a_dead_process_had_in_hand_is_done_when_its_lease_has_run_out(
    desk: Desk,
) -> None:
    await desk.put("a")
    async with desk.database.transaction() as uow:
        await uow.outbox.claim(["job"], desk.clock.now, desk.clock.now + LEASE, 1)

    desk.clock.now += LEASE - timedelta(seconds=1)
    too_early = await desk.worker().run_due()
    desk.clock.now += timedelta(seconds=1)
    in_time = await desk.worker().run_due()

    assert (too_early, in_time) == (0, 1)
    assert desk.begun == ["a"]


async def test_of_workers_that_look_at_once_each_gets_rows_of_its_own(desk: Desk) -> None:
    keys = [f"k{number}" for number in range(60)]
    await desk.put(*keys)

    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(desk.worker().run_due())

    assert sorted(desk.begun) == sorted(keys)


async def test_a_kind_this_release_does_not_know_is_left_for_one_that_does(desk: Desk) -> None:
    await desk.put("a", kind="of tomorrow")

    assert await desk.worker().run_due() == 0
    assert (await desk.row("a")).attempts == 0


async def test_a_row_can_be_done_at_once(desk: Desk) -> None:
    worker = desk.worker()
    async with worker.running():
        await desk.put("a")
        done = [await worker.run_now("a", 10), await worker.run_now("a", 10)]

    assert done == [True, True]
    assert desk.begun == ["a"]


async def test_what_another_has_in_hand_is_waited_for(desk: Desk) -> None:
    await desk.put("a")
    async with desk.database.transaction() as uow:
        (row,) = await uow.outbox.claim(["job"], desk.clock.now, desk.clock.now + LEASE, 1)
    worker = desk.worker()

    async with asyncio.TaskGroup() as group, worker.running():
        not_yet = await worker.run_now("a", 0.1)
        waiting = group.create_task(worker.run_now("a", 10))
        async with desk.database.transaction() as uow:
            await uow.outbox.finish(row.id, desk.clock.now)
        done = await waiting

    assert (not_yet, done) == (False, True)
    assert desk.begun == []


async def test_whoever_waits_for_a_row_waits_no_longer_than_told_and_it_is_done_all_the_same(
    desk: Desk,
) -> None:
    let_go, done = asyncio.Event(), asyncio.Event()

    async def slow(_row: OutboxRow) -> None:
        await let_go.wait()
        done.set()

    worker = OutboxWorker(desk.database, {"job": slow}, desk.clock)
    async with worker.running():
        await desk.put("a")
        in_time = await worker.run_now("a", 0.05)
        let_go.set()
        async with asyncio.timeout(10):
            await done.wait()

    assert not in_time


async def test_a_slow_vendor_keeps_only_its_own_kind_waiting(desk: Desk) -> None:
    quick_is_done = asyncio.Event()

    async def slow(_row: OutboxRow) -> None:
        await asyncio.Event().wait()

    async def quick(_row: OutboxRow) -> None:
        quick_is_done.set()

    worker = OutboxWorker(desk.database, {"slow": slow, "job": quick}, desk.clock)
    await desk.put(*(f"k{number}" for number in range(12)), kind="slow")
    await desk.put("a")
    async with asyncio.timeout(10), worker.running():
        await quick_is_done.wait()


async def test_what_a_slow_vendor_has_no_place_for_waits_in_the_database(desk: Desk) -> None:
    begun, let_go = asyncio.Semaphore(0), asyncio.Event()

    async def slow(_row: OutboxRow) -> None:
        begun.release()
        await let_go.wait()

    keys = [f"k{number}" for number in range(AT_ONCE + 4)]
    worker = OutboxWorker(desk.database, {"slow": slow}, desk.clock, poll_s=0.01)
    await desk.put(*keys, kind="slow")
    async with asyncio.timeout(10), worker.running():
        for _ in range(AT_ONCE):
            await begun.acquire()
        await asyncio.sleep(0.1)  # It looks for more, again and again.
        attempts = sorted([(await desk.row(key)).attempts for key in keys])
        let_go.set()
        while await unfinished(desk.database):
            await asyncio.sleep(0.01)

    assert attempts == [0] * 4 + [1] * AT_ONCE
    assert {(await desk.row(key)).attempts for key in keys} == {1}


async def test_work_that_outlasts_its_lease_is_cut_off_and_tried_again(desk: Desk) -> None:
    async def endless(_row: OutboxRow) -> None:
        await asyncio.Event().wait()

    await desk.put("a")
    await OutboxWorker(desk.database, {"job": endless}, desk.clock, lease_s=0.1).run_due()

    row = await desk.row("a")
    assert (row.status, row.error) == ("waiting", "TimeoutError")


class FlakyDatabase:
    """Away for so many transactions."""

    def __init__(self, database: SqlDatabase, away: int) -> None:
        self._database = database
        self.away = away

    def transaction(self) -> Any:
        if self.away:
            self.away -= 1
            raise ConnectionRefusedError
        return self._database.transaction()

    reading: Callable[[], Any]


@pytest.mark.parametrize("away", range(1, 6))
async def test_a_database_that_is_away_for_a_while_ends_nothing(desk: Desk, away: int) -> None:
    done = asyncio.Event()
    flaky = FlakyDatabase(desk.database, 0)

    async def job(_row: OutboxRow) -> None:
        done.set()

    jobs: dict[str, Callable[[OutboxRow], Awaitable[None]]] = {"job": job}
    worker = OutboxWorker(flaky, jobs, desk.clock, poll_s=0.01)
    await desk.put("a")
    flaky.away = away
    async with asyncio.timeout(10), worker.running():
        await done.wait()

    assert flaky.away == 0
