"""What many processes and tasks may do to the database at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from db import SqlDatabase
from receptionist.admin.accounts import PasswordAccounts
from receptionist.errors import InvalidArguments
from receptionist.ports.records import EndedBy, ListQuery
from tests.db.test_database import NINE, PRACTICE, appointment, call, practice_in


@asynccontextmanager
async def another_process(database: SqlDatabase) -> AsyncIterator[SqlDatabase]:
    """The same database, opened by somebody who shares no lock with us."""
    other = SqlDatabase(database._url)
    await other.start()
    try:
        yield other
    finally:
        await other.aclose()


async def test_a_reader_waits_for_no_writer_and_sees_what_was_committed(
    database: SqlDatabase,
) -> None:
    async with database.transaction() as uow:
        await uow.calls.add(call("CA1"))

    async with database.transaction() as writing:
        await writing.calls.add(call("CA2"))
        async with database.reading() as uow:
            found = (await uow.calls.list(ListQuery())).items
        assert await database.is_current()

    assert [row.call_sid for row in found] == ["CA1"]


async def test_a_reader_cannot_write_by_mistake_on_postgresql(database: SqlDatabase) -> None:
    if database.is_sqlite:
        return
    with pytest.raises(Exception, match="read-only"):
        async with database.reading() as uow:
            await uow.calls.add(call())


async def test_an_end_that_several_processes_are_told_of_at_once_is_counted_by_one(
    database: SqlDatabase,
) -> None:
    practice_id = await practice_in(database)
    sids = [f"CA{number}" for number in range(20)]
    async with database.transaction() as uow:
        for sid in sids:
            await uow.calls.add(call(sid, practice_id))
    counted: list[str] = []

    async def told(of: SqlDatabase, ended_by: EndedBy) -> None:
        for sid in sids:
            of.journal.ended(sid, ended_by, NINE)
            await of.journal.flush()

    async with another_process(database) as other:
        async with asyncio.TaskGroup() as group:
            for either, ended_by in ((database, "caller"), (other, "receptionist")):
                either.tell_of_ends(counted.append)
                group.create_task(told(either, ended_by))
        async with database.reading() as uow:
            kept = (await uow.calls.list(ListQuery())).items

    assert sorted(counted) == sorted(str(each.ended_by) for each in kept)


async def test_workers_that_load_a_practice_at_once_agree_on_one(database: SqlDatabase) -> None:
    async with another_process(database) as other:
        async with asyncio.TaskGroup() as group:
            ids = [
                group.create_task(practice_in(either))
                for either in (database, other)
                for _ in "abc"
            ]
        async with database.reading() as uow:
            found = await uow.practices.all()

    assert len({task.result() for task in ids}) == 1
    assert found == [PRACTICE]


async def test_of_workers_that_start_at_once_one_prints_the_password(
    database: SqlDatabase,
) -> None:
    async with another_process(database) as other:
        async with asyncio.TaskGroup() as group:
            made = [
                group.create_task(PasswordAccounts(either).ensure_admin("admin", None))
                for either in (database, other, database)
            ]
        printed = [task.result() for task in made if task.result() is not None]

        assert len(printed) == 1
        assert await PasswordAccounts(database).verify("admin", printed[0])


async def test_a_defect_is_not_mistaken_for_a_slot_that_is_taken(database: SqlDatabase) -> None:
    practice_id = await practice_in(database)

    with pytest.raises(IntegrityError):
        async with database.transaction() as uow:
            await uow.appointments.add(appointment(practice_id + 1))


async def test_the_cursor_of_another_list_is_refused(database: SqlDatabase) -> None:
    practice_id = await practice_in(database)
    async with database.transaction() as uow:
        for number in range(3):
            made = appointment(practice_id, NINE.replace(hour=9 + number))
            await uow.appointments.add(replace(made, id=f"a{number}"))
        cursor = (await uow.appointments.list(ListQuery(limit=1))).next
        with pytest.raises(InvalidArguments):
            await uow.calls.list(ListQuery(after=cursor))


async def test_appointments_are_asked_for_by_when_they_begin(database: SqlDatabase) -> None:
    practice_id = await practice_in(database)
    async with database.transaction() as uow:
        for hour in (9, 11, 13):
            await uow.appointments.add(appointment(practice_id, NINE.replace(hour=hour)))
        query = ListQuery(from_at=NINE.replace(hour=10), to_at=NINE.replace(hour=13))
        found = (await uow.appointments.list(query)).items

    assert [row.start.hour for row in found] == [11]
