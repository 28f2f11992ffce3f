"""Events as they are written, and what happens to an appointment meanwhile."""

import asyncio
from datetime import timedelta

import pytest

from receptionist.booking.follow_up import NOTICE_CONFLICT, NOTICE_MOVED
from receptionist.ports.calendar import event_id_for
from tests.booking.crashes import Killed
from tests.booking.surgery import LEE, QUARTER, Surgery, booked, unfinished


@pytest.mark.parametrize("steps", range(8))
async def test_what_is_cancelled_while_it_is_written_is_not_in_the_calendar(
    surgery: Surgery, steps: int
) -> None:
    row = await surgery.book()

    async def cancel() -> None:
        await surgery.other.desk.book.cancel(row.id, "caller", call_sid="CA2")
        await surgery.other.desk.worker.run_due()

    surgery.meanwhile.plan(steps, cancel)
    await surgery.work()

    assert surgery.times() == []
    assert await booked(surgery.database) == []


@pytest.mark.parametrize("steps", range(8))
async def test_what_is_moved_while_it_is_written_is_where_it_was_moved_to(
    surgery: Surgery, steps: int
) -> None:
    row = await surgery.book()

    async def move() -> None:
        await surgery.move(row, surgery.ten + QUARTER, by=surgery.other)
        await surgery.other.desk.worker.run_due()

    surgery.meanwhile.plan(steps, move)
    await surgery.work()
    await surgery.work()

    (after,) = await booked(surgery.database)
    assert surgery.times() == [after.start] == [surgery.ten + QUARTER]
    assert not await unfinished(surgery.database)


async def test_what_a_dying_process_wrote_after_it_was_cancelled_is_removed(
    surgery: Surgery,
) -> None:
    row = await surgery.book()

    async def cancel() -> None:
        await surgery.other.desk.book.cancel(row.id, "caller", call_sid="CA2")
        await surgery.other.desk.worker.run_due()

    async def die() -> None:
        raise Killed

    surgery.meanwhile.plan(4, cancel)  # Before the event is written.
    surgery.meanwhile.plan(5, die)  # After it.
    with pytest.raises(Killed):
        await surgery.work()
    left = surgery.times()
    surgery.clock.now += timedelta(minutes=2)
    await surgery.other.desk.worker.run_due()

    assert left == [surgery.ten]
    assert surgery.times() == []


@pytest.mark.parametrize("request_", ["get", "patch"])
async def test_a_move_whose_old_time_is_gone_as_well_comes_to_rest(
    surgery: Surgery, request_: str
) -> None:
    row = await surgery.written()
    await surgery.move(row, surgery.ten + QUARTER)
    for start in (surgery.ten, surgery.ten + QUARTER):
        meeting = {"calendar_id": LEE, "start": start, "end": start + QUARTER}
        surgery.google.then(request_, "human_adds", {**meeting, "summary": "Meeting"})

    async with asyncio.timeout(30):
        await surgery.work()
        await surgery.work()

    rows = await booked(surgery.database)
    assert surgery.times() == [row.start for row in rows]
    left = {row.kind for row in await unfinished(surgery.database)}
    assert left <= {NOTICE_CONFLICT, NOTICE_MOVED}


async def test_what_a_person_deletes_while_it_is_put_back_is_cancelled(surgery: Surgery) -> None:
    first = await surgery.book()
    second = await surgery.book(surgery.ten + QUARTER)
    await surgery.work()
    event = {"calendar_id": LEE, "event_id": event_id_for(second.id)}
    surgery.drag(second, surgery.ten)
    surgery.google.then("list", "human_deletes", event)

    await surgery.desk.desk.sync.queue_all()
    await surgery.work()
    await surgery.work()

    assert [row.id for row in await booked(surgery.database)] == [first.id]
    assert surgery.times() == [surgery.ten]
