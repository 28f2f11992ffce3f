"""`receptionist calendar check`: differences are found both ways, and repaired as people would."""

from datetime import timedelta

import pytest

from receptionist.booking.calendar_check import Finding
from receptionist.ports.calendar import event_id_for
from tests.booking.surgery import LEE, QUARTER, Surgery, booked, unfinished

HOUR = timedelta(hours=1)


async def found(surgery: Surgery, *, repair: bool = False) -> list[Finding]:
    """What the check says now."""
    differences = surgery.desk.desk.check.differences(surgery.practice, repair=repair)
    return [finding async for finding in differences]


async def repaired(surgery: Surgery) -> list[str]:
    """What was repaired; after that there must be nothing left to find."""
    findings = await found(surgery, repair=True)
    assert all(finding.repaired for finding in findings)
    await surgery.work()
    assert await found(surgery) == []
    assert not [row for row in await unfinished(surgery.database) if "calendar" in row.kind]
    rows = [row for row in await booked(surgery.database) if row.practitioner == "Dr. Lee"]
    assert sorted(surgery.times()) == sorted(row.start for row in rows)
    return [finding.difference for finding in findings]


async def test_where_book_and_calendar_agree_nothing_is_found(surgery: Surgery) -> None:
    await surgery.written()
    await surgery.written(surgery.ten + QUARTER)
    surgery.meeting(surgery.ten + HOUR)

    assert await found(surgery) == []


async def test_an_appointment_that_never_reached_the_calendar_is_written(surgery: Surgery) -> None:
    row = await surgery.book()

    (finding,) = await found(surgery)

    assert (finding.difference, finding.appointment_id) == ("missing", row.id)
    assert surgery.times() == []
    assert await repaired(surgery) == ["missing"]
    assert surgery.times() == [surgery.ten]


@pytest.mark.parametrize("readable", [True, False])
async def test_an_event_that_a_person_deleted_cancels_its_appointment(
    surgery: Surgery, readable: bool
) -> None:
    surgery.google.doubt(deleted_events_readable=readable)
    row = await surgery.written()
    surgery.remove(row)

    assert await repaired(surgery) == ["deleted" if readable else "missing"]
    assert await booked(surgery.database) == []


async def test_an_event_that_a_person_moved_takes_its_appointment_along(surgery: Surgery) -> None:
    row = await surgery.written()
    surgery.drag(row, surgery.ten + HOUR)

    assert await repaired(surgery) == ["moved"]
    (moved,) = await booked(surgery.database)
    assert moved.start == surgery.ten + HOUR


async def test_an_event_that_was_not_moved_along_is_moved(surgery: Surgery) -> None:
    row = await surgery.written()
    await surgery.move(row, surgery.ten + HOUR)

    assert await repaired(surgery) == ["moved"]
    assert surgery.times() == [surgery.ten + HOUR]


async def test_what_is_left_of_a_cancelled_appointment_is_removed(surgery: Surgery) -> None:
    row = await surgery.written()
    await surgery.desk.desk.book.cancel(row.id, "caller", call_sid="CA2")

    assert await repaired(surgery) == ["left over"]
    assert surgery.times() == []


async def test_an_event_of_ours_that_the_book_knows_nothing_of_is_removed(
    surgery: Surgery,
) -> None:
    surgery.google.human_adds(
        *(LEE, surgery.ten, surgery.ten + QUARTER, "Blood test"),
        id=event_id_for("f" * 32),
        extendedProperties={"private": {"appointment_id": "f" * 32}},
    )

    assert await repaired(surgery) == ["left over"]


async def test_two_of_which_one_has_to_go_are_left_to_people(surgery: Surgery) -> None:
    await surgery.written()
    surgery.meeting(surgery.ten)

    findings = await found(surgery, repair=True)

    assert [(finding.difference, finding.repaired) for finding in findings] == [
        ("overlapped", False)
    ]
    assert surgery.times() == [surgery.ten]


async def test_a_persons_own_events_are_never_touched(surgery: Surgery) -> None:
    meetings = {surgery.meeting(surgery.ten), surgery.meeting(surgery.ten + HOUR)}

    assert await found(surgery, repair=True) == []
    assert {event["id"] for event in surgery.google.events(LEE)} == meetings


async def test_a_line_says_where_and_when_and_names_nobody(surgery: Surgery) -> None:
    row = await surgery.book()

    (finding,) = await found(surgery)

    line = finding.line(surgery.practice)
    assert line.startswith(f"{LEE}  {surgery.ten.isoformat(timespec='minutes')}")
    assert line.endswith(f"appointment {row.id} is not in the calendar")
    assert "Anna" not in line
