"""The practice's book: offers that are held, bookings that are one, and conflicts in the call."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from db import SqlDatabase
from receptionist.booking.book import HELD
from receptionist.domain.booking import Slot, Wish
from receptionist.errors import InvalidArguments, NotFound, SlotTaken
from receptionist.ports.appointment_book import BookingRequest
from receptionist.ports.records import Appointment, ListQuery
from tests.booking.crashes import Fuse, Killed, MortalDatabase
from tests.booking.surgery import (
    LEE,
    PRACTICE,
    QUARTER,
    Desk,
    Surgery,
    appointments,
    booked,
    unfinished,
)

HOUR = timedelta(hours=1)
BLOOD_TEST = PRACTICE.services[1]


def request(surgery: Surgery, call_sid: str = "CA1", **changed: Any) -> BookingRequest:
    """A blood test at ten."""
    asked = BookingRequest(
        practice=surgery.practice,
        service=BLOOD_TEST,
        start=surgery.ten,
        practitioner=None,
        caller_name="Anna Smith",
        phone="+12125550123",
        date_of_birth=None,
        notes=None,
        call_sid=call_sid,
        key=f"{call_sid}:t1",
    )
    return replace(asked, **changed)


async def book(surgery: Surgery, call_sid: str = "CA1", **changed: Any) -> Appointment:
    """Through the desk."""
    return await surgery.desk.desk.book.book(request(surgery, call_sid, **changed), surgery.clock())


async def offers(surgery: Surgery, call_sid: str, **more: Any) -> Sequence[Slot]:
    """What is offered for the day, at ten or whenever."""
    day = surgery.ten.date()
    wish = Wish(BLOOD_TEST, day, day, earliest=surgery.ten.time())
    return await surgery.desk.desk.book.offers(
        surgery.practice, wish, surgery.clock(), call_sid=call_sid, **more
    )


@pytest.fixture
async def on_the_line(surgery: Surgery) -> AsyncIterator[Surgery]:
    """The outbox is worked through while the caller waits."""
    async with surgery.desk.desk.worker.running():
        yield surgery


async def test_what_one_caller_is_offered_no_other_is(surgery: Surgery) -> None:
    first = await offers(surgery, "CA1")
    second = await offers(surgery, "CA2")

    assert len(first) == len(second) == 3
    assert not {slot.start for slot in first} & {slot.start for slot in second}


async def test_of_forty_callers_who_ask_at_once_each_is_offered_times_of_their_own(
    surgery: Surgery,
) -> None:
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(offers(surgery, f"CA{number}")) for number in range(40)]

    found = [[slot.start for slot in task.result()] for task in asked]
    assert all(found)
    starts = [start for starts in found for start in starts]
    assert len(starts) == len(set(starts))


@pytest.mark.parametrize("let_go", ["by hanging up", "in time", "by asking again"])
async def test_a_held_time_is_free_again(surgery: Surgery, let_go: str) -> None:
    held = (await offers(surgery, "CA1"))[0].start
    with pytest.raises(SlotTaken):
        await book(surgery, "CA2", start=held)

    match let_go:
        case "by hanging up":
            await surgery.desk.hang_up("CA1")
        case "in time":
            surgery.clock.now += HELD
        case "by asking again":
            tomorrow = surgery.ten.date() + timedelta(days=1)
            later = Wish(BLOOD_TEST, tomorrow, tomorrow)
            await surgery.desk.desk.book.offers(
                surgery.practice, later, surgery.clock(), call_sid="CA1"
            )

    assert (await book(surgery, "CA2", start=held)).start == held


async def test_whoever_was_offered_a_time_can_have_it(surgery: Surgery) -> None:
    held = [slot.start for slot in await offers(surgery, "CA1")]
    await offers(surgery, "CA2")

    made = await book(surgery, "CA1", start=held[1])

    assert made.start == held[1]
    rows = await appointments(surgery.database)
    assert [row.start for row in rows if row.call_sid == "CA1"] == [held[1]]


async def test_a_person_counts_as_busy_where_their_calendar_says_so(surgery: Surgery) -> None:
    surgery.meeting(surgery.ten)
    lunch = surgery.ten - timedelta(days=30) + QUARTER
    surgery.meeting(lunch, recurrence=["RRULE:FREQ=DAILY"])

    offered = await offers(surgery, "CA1")

    assert offered[0].start == surgery.ten + 2 * QUARTER


async def test_when_the_vendor_does_not_answer_what_was_last_read_counts(surgery: Surgery) -> None:
    surgery.meeting(surgery.ten)
    await surgery.read()
    surgery.google.fail("freeBusy", "unknown_busy")

    offered = await offers(surgery, "CA1")

    assert offered[0].start == surgery.ten + QUARTER


async def test_a_moving_caller_is_offered_times_beside_their_own(surgery: Surgery) -> None:
    row = await surgery.written()

    offered = await offers(surgery, "CA2", moving=row)

    assert offered[0].start == row.start


async def test_the_same_request_books_once(surgery: Surgery) -> None:
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(book(surgery)) for _ in range(8)]
    made = [task.result() for task in asked] + [await book(surgery)]

    assert len({row.id for row in made}) == 1
    assert len(await booked(surgery.database)) == 1


async def test_the_same_request_after_a_cancellation_books_nothing(surgery: Surgery) -> None:
    row = await book(surgery)
    await surgery.desk.desk.book.cancel(row.id, "caller", call_sid="CA1")

    with pytest.raises(SlotTaken):
        await book(surgery)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"start": timedelta(days=-4)}, "past"),
        ({"start": timedelta(days=400)}, "days ahead"),
        ({"start": timedelta(hours=12)}, "does not fit"),
        ({"practitioner": "Dr. Kim", "start": timedelta(hours=10)}, "does not fit"),
    ],
)
async def test_what_cannot_be_is_refused_with_a_reason(
    surgery: Surgery, changed: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidArguments, match=words):
        await book(surgery, **{**changed, "start": surgery.ten + changed["start"]})

    assert await appointments(surgery.database) == []


@pytest.mark.parametrize("step", range(12))
async def test_a_booking_its_audit_row_and_its_work_are_there_together_or_not_at_all(
    surgery: Surgery, database: SqlDatabase, step: int
) -> None:
    dying = Desk(MortalDatabase(database, Fuse(step)), surgery.other.calendar, surgery.clock)
    try:
        await dying.desk.book.book(request(surgery), surgery.clock())
        died = False
    except Killed:
        died = True

    rows = await booked(surgery.database)
    async with surgery.database.reading() as uow:
        audit = (await uow.audit.list(ListQuery())).items
    kinds = [row.kind for row in await unfinished(surgery.database)]
    assert len(rows) == len(audit) == kinds.count("calendar.put") == len(kinds)
    assert died or rows
    await book(surgery)
    await surgery.work()
    assert surgery.times() == [surgery.ten]


async def test_a_booking_is_in_the_calendar_while_the_caller_is_on_the_line(
    on_the_line: Surgery,
) -> None:
    await book(on_the_line)

    assert on_the_line.times() == [on_the_line.ten]


@pytest.mark.parametrize("moment", ["list", "get", "insert"])
async def test_a_persons_event_is_found_while_the_caller_is_on_the_line(
    on_the_line: Surgery, moment: str
) -> None:
    surgery = on_the_line
    meeting = {"calendar_id": LEE, "start": surgery.ten, "end": surgery.ten + QUARTER}
    surgery.google.then(moment, "human_adds", {**meeting, "summary": "Meeting"})

    answer = await surgery.desk.ask(
        *("schedule_appointment", surgery.practice, "CA1"),
        service="Blood test",
        start=surgery.ten,
        caller_name="Anna Smith",
    )
    await surgery.settle()

    assert not answer["ok"]
    assert len(answer["offers"]) == 3
    assert surgery.ten.isoformat() not in [offer["start"] for offer in answer["offers"]]
    assert await booked(surgery.database) == []
    assert surgery.times() == []
    assert await surgery.tasks() == []  # Whoever has been told on the line is not told again.


async def test_a_booking_stands_while_the_vendor_is_away_and_is_written_later(
    on_the_line: Surgery,
) -> None:
    surgery = on_the_line
    surgery.google.fail("*", "503", times=1000)

    row = await book(surgery)
    while_away = surgery.times()
    surgery.google.clear_faults()
    surgery.clock.now += HOUR
    await surgery.settle()

    assert while_away == []
    assert (await surgery.appointment(row.id)).status == "booked"
    assert surgery.times() == [surgery.ten]


async def test_another_practitioner_is_tried_where_nobody_was_asked_for(
    on_the_line: Surgery,
) -> None:
    on_the_line.meeting(on_the_line.ten)

    made = await book(on_the_line, service=PRACTICE.services[0])

    assert made.practitioner == "Dr. Kim"


async def test_a_moved_appointment_leaves_its_old_time_to_others(on_the_line: Surgery) -> None:
    surgery = on_the_line
    row = await book(surgery)

    await surgery.move(row, surgery.ten + HOUR)
    await book(surgery, "CA2")

    assert sorted(surgery.times()) == [surgery.ten, surgery.ten + HOUR]


async def test_a_move_onto_a_persons_event_is_refused_in_the_call_and_undone(
    on_the_line: Surgery,
) -> None:
    surgery = on_the_line
    row = await book(surgery)
    there = surgery.ten + HOUR
    meeting = {"calendar_id": LEE, "start": there, "end": there + QUARTER, "summary": "Meeting"}
    surgery.google.then("patch", "human_adds", meeting)

    with pytest.raises(SlotTaken):
        await surgery.move(row, there)
    await surgery.settle()

    assert surgery.times() == [surgery.ten]
    assert [left.start for left in await booked(surgery.database)] == [surgery.ten]
    assert await surgery.tasks() == []


async def test_a_move_to_where_it_is_changes_nothing(surgery: Surgery) -> None:
    row = await surgery.written()

    await surgery.move(row, surgery.ten)

    assert (await surgery.appointment(row.id)).revision == row.revision


async def test_cancelling_twice_is_cancelling_once(on_the_line: Surgery) -> None:
    surgery = on_the_line
    row = await book(surgery)

    for _ in range(2):
        await surgery.desk.desk.book.cancel(row.id, "caller", call_sid="CA1")
    await surgery.settle()

    async with surgery.database.reading() as uow:
        audit = (await uow.audit.list(ListQuery())).items
    assert [line.action for line in audit] == ["appointment.cancelled", "appointment.booked"]
    assert surgery.times() == []


async def test_what_never_was_cannot_be_cancelled(surgery: Surgery) -> None:
    with pytest.raises(NotFound):
        await surgery.desk.desk.book.cancel("none", "caller", call_sid="CA1")


async def test_a_booking_that_another_process_asks_for_again_is_the_one_that_was_made(
    surgery: Surgery,
) -> None:
    first = await book(surgery, key="CA1:t1")

    again = await book(surgery, key="CA1:t2", caller_name="anna smith")
    with pytest.raises(SlotTaken):
        await book(surgery, key="CA1:t3", caller_name="Ben Smith")

    assert again.id == first.id
