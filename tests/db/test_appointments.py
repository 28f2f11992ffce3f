"""What the table of appointments promises: one time, one caller, on either database."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from db import SqlDatabase
from receptionist.domain.booking import Slot
from receptionist.errors import NotFound, SlotTaken
from tests.db.test_database import NINE, appointment, practice_in


async def test_of_fifty_callers_for_one_time_one_wins(database: SqlDatabase) -> None:
    practice_id = await practice_in(database)

    async def book(number: int) -> bool:
        try:
            async with database.transaction() as uow:
                await uow.appointments.add(appointment(practice_id, key=f"CA{number}:1"))
        except SlotTaken:
            return False
        return True

    async with asyncio.TaskGroup() as group:
        tries = [group.create_task(book(number)) for number in range(50)]

    assert sum(each.result() for each in tries) == 1


async def test_a_buffer_counts_as_taken_and_the_time_after_it_is_free(
    database: SqlDatabase,
) -> None:
    practice_id = await practice_in(database)
    async with database.transaction() as uow:
        await uow.appointments.add(appointment(practice_id))
        with pytest.raises(SlotTaken):
            await uow.appointments.add(appointment(practice_id, NINE + timedelta(minutes=30)))
        after = await uow.appointments.add(appointment(practice_id, NINE + timedelta(minutes=35)))

    assert after.start == NINE + timedelta(minutes=35)


async def test_the_same_request_books_once(database: SqlDatabase) -> None:
    practice_id = await practice_in(database)
    async with database.transaction() as uow:
        first = await uow.appointments.add(appointment(practice_id, key="CA1:1"))
        again = await uow.appointments.add(appointment(practice_id, key="CA1:1"))

    assert first == again


async def test_of_times_to_be_held_those_that_are_free_are_and_the_block_goes_on(
    database: SqlDatabase,
) -> None:
    practice_id = await practice_in(database)
    until = NINE - timedelta(minutes=1)
    times = [NINE + timedelta(hours=hours) for hours in range(3)]
    held = [replace(appointment(practice_id, at), status="held", held_until=until) for at in times]
    async with database.transaction() as uow:
        await uow.appointments.add(appointment(practice_id, times[1]))
        await uow.appointments.hold(held)
        await uow.appointments.hold([])
        busy = await uow.appointments.busy(practice_id, NINE, NINE + timedelta(hours=9), until)
        kept = [
            row.start
            for row in await uow.appointments.busy(
                practice_id, NINE, NINE + timedelta(hours=9), until - timedelta(minutes=1)
            )
            if row.status == "held"
        ]
        dropped = await uow.appointments.drop_expired_holds(
            until - timedelta(minutes=1), also_of="CA1"
        )

    assert [row.start for row in busy] == [times[1]]
    assert kept == [times[0], times[2]]
    assert dropped == 2


async def test_moving_frees_the_old_time_and_cancelling_the_new_one(database: SqlDatabase) -> None:
    practice_id = await practice_in(database)
    later = NINE + timedelta(minutes=10)
    slot = Slot(later, later + timedelta(minutes=30), later + timedelta(minutes=35), "Dr. Lee")
    async with database.transaction() as uow:
        booked = await uow.appointments.add(appointment(practice_id))
        moved = await uow.appointments.move(booked.id, slot)
        cancelled = await uow.appointments.cancel(booked.id, "caller")
        again = await uow.appointments.add(appointment(practice_id))
        with pytest.raises(NotFound):
            await uow.appointments.move(booked.id, slot)
        busy = await uow.appointments.busy(practice_id, NINE, NINE + timedelta(hours=1), NINE)
        with pytest.raises(NotFound):
            await uow.appointments.move("nobody", slot)
        with pytest.raises(NotFound):
            await uow.appointments.cancel("nobody", "staff")

    assert (moved.revision, cancelled.revision) == (2, 3)
    assert cancelled.cancelled_by == "caller"
    assert moved.start == later
    assert [row.id for row in busy] == [again.id]
