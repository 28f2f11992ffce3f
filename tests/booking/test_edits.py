"""What people do in the calendar by hand wins, and the caller is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from receptionist.booking.edits import CalendarEdits, slot_before
from receptionist.booking.follow_up import FollowUp
from receptionist.domain.opening_hours import Interval
from receptionist.ports.records import ListQuery
from tests.booking.surgery import QUARTER, Surgery, booked

HOUR = timedelta(hours=1)


def edits(surgery: Surgery) -> CalendarEdits:
    """As the jobs use them."""
    return CalendarEdits(surgery.database, FollowUp(external=True), surgery.clock)


async def test_an_appointment_goes_where_its_event_was_moved(surgery: Surgery) -> None:
    row = await surgery.written()
    surgery.drag(row, surgery.ten + HOUR)

    await surgery.read()

    (moved,) = await booked(surgery.database)
    assert (moved.id, moved.start, moved.end) == (
        row.id,
        surgery.ten + HOUR,
        surgery.ten + HOUR + QUARTER,
    )
    assert surgery.times() == [moved.start]
    (task,) = await surgery.tasks()
    assert "was moved in the calendar" in task


async def test_an_appointment_whose_event_is_made_longer_takes_longer(surgery: Surgery) -> None:
    row = await surgery.written()
    end = {"dateTime": (surgery.ten + HOUR).isoformat()}
    surgery.google.human_edits("lee@example.com", row.calendar_event_id or "", end=end)

    await surgery.read()

    answer = await surgery.desk.ask(
        *("schedule_appointment", surgery.practice, "CA2"),
        service="Blood test",
        start=surgery.ten + 2 * QUARTER,
        caller_name="Bob",
    )
    assert not answer["ok"]


async def test_a_move_by_hand_is_written_back_so_that_the_next_one_is_seen_too(
    surgery: Surgery,
) -> None:
    row = await surgery.written()
    for hours in (1, 2, 3):
        surgery.drag(row, surgery.ten + hours * HOUR)
        await surgery.read()

    (moved,) = await booked(surgery.database)
    assert moved.start == surgery.ten + 3 * HOUR


async def test_a_caller_can_move_what_a_person_has_moved(surgery: Surgery) -> None:
    row = await surgery.written()
    surgery.drag(row, surgery.ten + HOUR)
    await surgery.read()

    await surgery.move(await surgery.appointment(row.id), surgery.ten + 2 * HOUR)
    await surgery.work()

    assert surgery.times() == [surgery.ten + 2 * HOUR]


async def test_a_copy_that_a_person_makes_of_an_event_is_their_own(surgery: Surgery) -> None:
    row = await surgery.written()
    (ours,) = surgery.google.events("lee@example.com")
    surgery.meeting(surgery.ten + HOUR, extendedProperties=ours["extendedProperties"])

    await surgery.read()

    assert (await surgery.appointment(row.id)).start == surgery.ten
    answer = await surgery.desk.ask(
        *("schedule_appointment", surgery.practice, "CA2"),
        service="Blood test",
        start=surgery.ten + HOUR,
        caller_name="Bob",
    )
    assert not answer["ok"]


async def test_of_a_person_and_a_caller_who_move_at_once_the_person_wins(surgery: Surgery) -> None:
    row = await surgery.written()
    surgery.drag(row, surgery.ten + HOUR)

    await surgery.move(row, surgery.ten + 2 * HOUR)
    await surgery.work()

    (moved,) = await booked(surgery.database)
    assert surgery.times() == [moved.start] == [surgery.ten + HOUR]


async def test_an_appointment_whose_event_is_deleted_is_cancelled_and_the_caller_is_told(
    surgery: Surgery,
) -> None:
    row = await surgery.written()
    surgery.remove(row)

    await surgery.read()

    after = await surgery.appointment(row.id)
    assert (after.status, after.cancelled_by) == ("cancelled", "calendar")
    (task,) = await surgery.tasks()
    assert "was deleted from the calendar" in task


async def test_an_event_moved_onto_another_appointment_is_put_back_and_staff_are_told(
    surgery: Surgery,
) -> None:
    first = await surgery.written()
    second = await surgery.written(surgery.ten + QUARTER)
    surgery.drag(second, surgery.ten)

    await surgery.read()

    assert sorted(surgery.times()) == [first.start, second.start]
    assert {row.start for row in await booked(surgery.database)} == {first.start, second.start}
    (task,) = await surgery.tasks()
    assert "It was put back" in task


async def test_an_event_moved_there_again_is_put_back_again(surgery: Surgery) -> None:
    first = await surgery.written()
    second = await surgery.written(surgery.ten + QUARTER)
    for _ in range(3):
        surgery.drag(second, surgery.ten)
        await surgery.read()

    assert sorted(surgery.times()) == [first.start, second.start]


async def test_an_appointment_gives_way_to_what_a_person_put_there_first(surgery: Surgery) -> None:
    row = await surgery.book()
    surgery.meeting(surgery.ten)

    await surgery.work()

    after = await surgery.appointment(row.id)
    assert (after.status, after.cancelled_by) == ("cancelled", "conflict")
    assert surgery.times() == []
    (task,) = await surgery.tasks()
    assert "had to be cancelled" in task


async def test_an_appointment_that_was_moved_onto_a_persons_event_goes_back(
    surgery: Surgery,
) -> None:
    row = await surgery.written()
    await surgery.move(row, surgery.ten + HOUR)
    surgery.meeting(surgery.ten + HOUR)

    await surgery.work()

    (after,) = await booked(surgery.database)
    assert surgery.times() == [after.start] == [surgery.ten]


async def test_an_appointment_that_cannot_go_back_is_cancelled(surgery: Surgery) -> None:
    row = await surgery.written()
    await surgery.move(row, surgery.ten + HOUR)
    other = await surgery.book()  # Somebody else has taken the time it had.
    surgery.meeting(surgery.ten + HOUR)

    await surgery.work()

    assert [left.id for left in await booked(surgery.database)] == [other.id]
    assert surgery.times() == [surgery.ten]


@pytest.mark.parametrize("edit", ["moved", "deleted", "conflict"])
async def test_an_edit_that_a_later_change_has_overtaken_changes_nothing(
    surgery: Surgery, edit: str
) -> None:
    seen = await surgery.written()
    await surgery.move(seen, surgery.ten + HOUR)
    now = await surgery.appointment(seen.id)

    match edit:
        case "moved":
            there = Interval(surgery.ten + 2 * HOUR, surgery.ten + 3 * HOUR)
            await edits(surgery).moved(surgery.practice, seen, there)
        case "deleted":
            await edits(surgery).deleted(surgery.practice, seen)
        case "conflict":
            await edits(surgery).conflict(surgery.practice, seen)

    assert await surgery.appointment(seen.id) == now


async def test_what_people_do_is_in_the_audit_log_as_theirs(surgery: Surgery) -> None:
    row = await surgery.written()
    surgery.drag(row, surgery.ten + HOUR)
    await surgery.read()
    surgery.remove(row)
    await surgery.read()

    async with surgery.database.reading() as uow:
        rows = (await uow.audit.list(ListQuery())).items
    assert [(r.actor, r.action) for r in rows if r.subject == f"appointment:{row.id}"] == [
        ("calendar", "appointment.cancelled"),
        ("calendar", "appointment.moved"),
        ("receptionist", "appointment.booked"),
    ]


async def test_an_appointment_that_stands_where_it_was_has_nowhere_to_go_back_to(
    surgery: Surgery,
) -> None:
    row = await surgery.book()
    was = {
        "was_start": row.start.isoformat(),
        "was_end": row.end.isoformat(),
        "was_blocks_until": row.blocks_until.isoformat(),
    }

    assert slot_before(was, row) is None
    assert slot_before({}, row) is None
    moved = replace(row, start=row.start + HOUR)
    found = slot_before(was, moved)
    assert found is not None
    assert (found.start, found.practitioner) == (row.start, "Dr. Lee")
