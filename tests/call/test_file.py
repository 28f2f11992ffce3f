"""Which process's memory of a call is believed while the database is away, and just after."""

import asyncio
from datetime import UTC, datetime

import pytest

from db import SqlDatabase
from receptionist.call.file import CallFile, open_file
from receptionist.call.memory import CallMemory
from receptionist.errors import DatabaseAway
from receptionist.ports.records import CallRecord
from tests.away import SometimesAway
from tests.call.stage import FakeJournal
from tests.conversation.fakes import PRACTICE

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def call(database: SqlDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("receptionist.call.file.PAUSE_S", 0.01)
    # Long enough for a database that is there, on whatever machine.
    monkeypatch.setattr("receptionist.call.file.WAITED_S", 1.0)
    monkeypatch.setattr("receptionist.call.file.SETTLING_S", 0.05)
    async with database.transaction() as uow:
        practice_id = await uow.practices.save(PRACTICE)
        await uow.calls.add(CallRecord("CA1", practice_id, None, "+15550100", NOW))


async def opened(sometimes: SometimesAway, memory: CallMemory, **more: bool) -> CallFile:
    """The call's file; it is known."""
    file = await open_file(sometimes, memory, "CA1", **more)
    assert file is not None
    return file


async def test_a_process_that_holds_the_call_goes_on_from_memory(database: SqlDatabase) -> None:
    sometimes, memory = SometimesAway(database), CallMemory(FakeJournal())
    file = await opened(sometimes, memory)
    file.plan("hang_up")
    sometimes.is_away = True

    assert (await opened(sometimes, memory)).next == "hang_up"


async def test_a_process_that_only_took_the_ring_does_not_believe_its_memory(
    database: SqlDatabase,
) -> None:
    sometimes, memory = SometimesAway(database), CallMemory(FakeJournal())
    await opened(sometimes, memory)
    sometimes.is_away = True

    with pytest.raises(DatabaseAway):
        await open_file(sometimes, memory, "CA1")
    # But for a stream whose ticket it has just given out: nobody else has had the call.
    assert (await opened(sometimes, memory, is_newest=True)).is_new


async def test_what_another_process_has_done_since_counts(database: SqlDatabase) -> None:
    sometimes, mine = SometimesAway(database), CallMemory(FakeJournal())
    (await opened(sometimes, mine)).plan("conversation")
    async with database.transaction() as uow:
        await uow.calls.set_states({"CA1": {"next": "hang_up", "seen_at": NOW.isoformat()}})
    await opened(sometimes, mine)
    sometimes.is_away = True

    with pytest.raises(DatabaseAway):
        await open_file(sometimes, mine, "CA1")


async def test_a_database_that_does_not_answer_at_all_keeps_nobody_waiting(
    database: SqlDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    sometimes, memory = SometimesAway(database), CallMemory(FakeJournal())
    (await opened(sometimes, memory)).plan("plain")

    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("receptionist.call.file._read", hang)

    assert (await opened(sometimes, memory)).next == "plain"
    with pytest.raises(DatabaseAway):
        await open_file(sometimes, CallMemory(FakeJournal()), "CA1")


async def test_just_after_it_came_back_others_may_write_what_they_kept_first(
    database: SqlDatabase,
) -> None:
    sometimes = SometimesAway(database)
    sometimes.is_settling = True

    async def another_process() -> None:
        await asyncio.sleep(0)
        async with database.transaction() as uow:
            await uow.calls.set_states({"CA1": {"next": "hang_up"}})

    async with asyncio.TaskGroup() as group:
        reading = group.create_task(opened(sometimes, CallMemory(FakeJournal())))
        group.create_task(another_process())

    assert reading.result().next == "hang_up"
