"""An appointment is cancelled for the one it was shown to, once."""

from tests.handlers.clinic import STRANGER, Clinic

CANCEL = "cancel_appointment"


async def test_whoever_made_it_in_this_call_may_cancel_it(clinic: Clinic) -> None:
    booked = await clinic.book()

    result = await clinic.ask(CANCEL, appointment_id=booked.content["appointment_id"])

    (row,) = await clinic.appointments()
    assert row.status == "cancelled"
    assert result.outcome == "cancelled"
    assert result.content["spoken"] == "Check-up, tomorrow at 10 AM with Dr. Lee"


async def test_in_another_call_it_must_be_found_first(clinic: Clinic) -> None:
    booked = await clinic.book()
    later = clinic.facts(call="CA2")
    appointment_id = booked.content["appointment_id"]

    before = await clinic.ask(CANCEL, later, appointment_id=appointment_id)
    await clinic.find(later)
    after = await clinic.ask(CANCEL, later, appointment_id=appointment_id)

    assert before.content["ok"] is False
    assert "date of birth or the phone number" in before.content["error"]
    assert after.content["ok"] is True


async def test_what_another_call_was_shown_opens_nothing_here(clinic: Clinic) -> None:
    booked = await clinic.book()
    await clinic.find(clinic.facts(call="CA2"))
    thief = clinic.facts(call="CA3", caller=STRANGER)

    result = await clinic.ask(CANCEL, thief, appointment_id=booked.content["appointment_id"])

    assert result.content["ok"] is False
    (row,) = await clinic.appointments()
    assert row.status == "booked"
    assert await clinic.audit("appointment.cancelled") == []


async def test_cancelling_twice_is_the_same_as_once(clinic: Clinic) -> None:
    booked = await clinic.book()
    wish = {"appointment_id": booked.content["appointment_id"]}

    first = await clinic.ask(CANCEL, again="tool_c", **wish)
    second = await clinic.ask(CANCEL, again="tool_c", **wish)

    assert second.content == first.content
    assert len(await clinic.audit("appointment.cancelled")) == 1


async def test_its_time_is_free_again(clinic: Clinic) -> None:
    booked = await clinic.book()
    await clinic.ask(CANCEL, appointment_id=booked.content["appointment_id"])

    again = await clinic.book(clinic.facts(call="CA2"), caller_name="Tom Baker")

    assert again.content["ok"] is True


async def test_cancelling_leaves_an_audit_row_with_nothing_personal(clinic: Clinic) -> None:
    booked = await clinic.book()
    await clinic.ask(CANCEL, appointment_id=booked.content["appointment_id"])

    (row,) = await clinic.audit("appointment.cancelled")
    assert row.subject == f"appointment:{booked.content['appointment_id']}"
    assert dict(row.detail) == {"call_sid": "CA1"}
