"""An appointment is moved for the one it was shown to, to a time that is free."""

from datetime import datetime, timedelta

import pytest

from tests.handlers.clinic import BORN, NEW_YORK, STRANGER, Clinic

MOVE = "reschedule_appointment"


async def made(clinic: Clinic, call: str = "CA1", **changed: str) -> str:
    result = await clinic.book(clinic.facts(call=call), **changed)
    return str(result.content["appointment_id"])


async def test_whoever_made_it_in_this_call_may_move_it(clinic: Clinic) -> None:
    appointment_id = await made(clinic)

    result = await clinic.ask(MOVE, appointment_id=appointment_id, start="2027-03-03T14:00")

    (row,) = await clinic.appointments()
    assert result.outcome == "moved"
    assert result.content["spoken"] == "Check-up, Wednesday, March 3rd at 2 PM with Dr. Lee"
    assert row.id == appointment_id
    assert row.start == datetime(2027, 3, 3, 14, tzinfo=NEW_YORK)
    assert row.end - row.start == timedelta(minutes=30)
    assert row.blocks_until - row.end == timedelta(minutes=5)


async def test_in_another_call_it_must_be_found_first(clinic: Clinic) -> None:
    appointment_id = await made(clinic)
    later = clinic.facts(call="CA2", caller=STRANGER)
    wish = {"appointment_id": appointment_id, "start": "2027-03-03T14:00"}

    before = await clinic.ask(MOVE, later, **wish)
    await clinic.find(later, date_of_birth=BORN)
    after = await clinic.ask(MOVE, later, **wish)

    assert before.content["ok"] is False
    assert "find_appointments" in before.content["error"]
    assert before.outcome is None
    assert after.content["ok"] is True


async def test_a_search_that_found_nothing_opens_nothing(clinic: Clinic) -> None:
    appointment_id = await made(clinic)
    later = clinic.facts(call="CA2", caller=STRANGER)
    await clinic.find(later)

    result = await clinic.ask(MOVE, later, appointment_id=appointment_id, start="2027-03-03T14:00")

    assert result.content["ok"] is False
    (row,) = await clinic.appointments()
    assert row.start.day == 2


async def test_an_id_that_was_never_shown_is_not_said_to_exist_or_not(clinic: Clinic) -> None:
    appointment_id = await made(clinic)
    later = clinic.facts(call="CA2")

    real = await clinic.ask(MOVE, later, appointment_id=appointment_id, start="2027-03-03T14:00")
    made_up = await clinic.ask(MOVE, later, appointment_id="nothing", start="2027-03-03T14:00")

    assert real.content == made_up.content


async def test_its_old_time_is_free_again(clinic: Clinic) -> None:
    appointment_id = await made(clinic)

    await clinic.ask(MOVE, appointment_id=appointment_id, start="2027-03-03T14:00")
    result = await clinic.book(clinic.facts(call="CA2"))

    assert result.content["ok"] is True


async def test_it_may_move_within_its_own_time(clinic: Clinic) -> None:
    appointment_id = await made(clinic)

    result = await clinic.ask(MOVE, appointment_id=appointment_id, start="2027-03-02T10:15")

    assert result.content["ok"] is True


async def test_a_taken_time_gets_other_offers_and_it_stays_where_it_was(clinic: Clinic) -> None:
    appointment_id = await made(clinic)
    await made(clinic, "CA2", start="2027-03-03T14:00")

    result = await clinic.ask(MOVE, appointment_id=appointment_id, start="2027-03-03T14:15")

    assert result.content["ok"] is False
    assert "taken" in result.content["error"]
    assert {offer["practitioner"] for offer in result.content["offers"]} == {"Dr. Lee"}
    starts = {row.id: row.start for row in await clinic.appointments()}
    assert starts[appointment_id] == datetime(2027, 3, 2, 10, tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        ("2027-02-26T10:00", "in the past"),
        ("2028-03-01T10:00", "more than 180 days ahead"),
        ("2027-03-05T10:00", "closed Friday, March 5th"),
        ("2027-03-02T16:45", "does not fit then"),
    ],
)
async def test_a_time_that_cannot_be_gets_a_reason(clinic: Clinic, start: str, reason: str) -> None:
    appointment_id = await made(clinic)

    assert reason in await clinic.refused(MOVE, appointment_id=appointment_id, start=start)
    assert await clinic.audit("appointment.moved") == []


async def test_a_cancelled_one_is_not_moved(clinic: Clinic) -> None:
    appointment_id = await made(clinic)
    await clinic.ask("cancel_appointment", appointment_id=appointment_id)

    told = await clinic.refused(MOVE, appointment_id=appointment_id, start="2027-03-03T14:00")

    assert told == "that appointment is not booked any more"


async def test_moving_leaves_an_audit_row_with_nothing_personal(clinic: Clinic) -> None:
    appointment_id = await made(clinic)
    await clinic.ask(MOVE, appointment_id=appointment_id, start="2027-03-03T14:00")

    (row,) = await clinic.audit("appointment.moved")
    assert row.subject == f"appointment:{appointment_id}"
    assert dict(row.detail) == {"call_sid": "CA1"}


async def test_the_same_move_twice_is_the_same_as_once(clinic: Clinic) -> None:
    wish = {"appointment_id": await made(clinic), "start": "2027-03-03T14:00"}

    first = await clinic.ask(MOVE, again="tool_m", **wish)
    second = await clinic.ask(MOVE, again="tool_m", **wish)

    assert second.content == first.content
    assert len(await clinic.appointments()) == 1
