"""What callers said is erased when the practice's time for keeping it is over, and not before."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from db import SqlDatabase
from receptionist.inbox.retention import Retention
from receptionist.ports.records import CallRecord
from tests.admin.clinic import BEGAN, CALL, NOW, PRACTICE, filled_file, opened


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqlDatabase]:
    async with opened(filled_file(tmp_path)) as database:
        yield database


async def keep_for(database: SqlDatabase, days: int | None) -> None:
    async with database.transaction() as uow:
        await uow.practices.save(replace(PRACTICE, retention_days=days))


async def erase(database: SqlDatabase, days_later: float) -> int:
    return await Retention(database, lambda: NOW + timedelta(days=days_later)).look()


async def test_calls_are_erased_after_so_many_days_with_their_recordings(
    database: SqlDatabase,
) -> None:
    await keep_for(database, 90)

    early = await erase(database, 89.9)
    late = await erase(database, 90.1)
    again = await erase(database, 90.1)

    assert (early, late, again) == (0, 4, 0), "the call that still goes on stays"
    async with database.reading() as uow:
        call = await uow.calls.get(CALL)
        turns = await uow.turns.of_call(CALL)
        deletion = await uow.outbox.get("recording.delete:RE1")
        rows = await uow.audit.rows_after(0, 1_000)
    assert call is not None
    assert (call.from_number, call.erased_at is not None) == (None, True)
    assert {turn.caller + turn.receptionist for turn in turns} == {""}
    assert deletion is not None
    assert ("retention", "call.erased", f"call:{CALL}") in [
        (row.actor, row.action, row.subject) for row in rows
    ]


async def test_nothing_is_erased_where_the_practice_has_set_no_time(database: SqlDatabase) -> None:
    await keep_for(database, None)

    assert await erase(database, 5_000) == 0


async def test_many_calls_are_erased_in_one_look(database: SqlDatabase) -> None:
    await keep_for(database, 30)
    async with database.transaction() as uow:
        for number in range(45):
            await uow.calls.add(CallRecord(f"CB{number}", 1, None, None, BEGAN))
            await uow.calls.end(f"CB{number}", "caller", BEGAN)

    assert await erase(database, 31) == 45 + 4
