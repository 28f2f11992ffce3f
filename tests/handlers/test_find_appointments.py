"""An appointment is read out to the one it belongs to, and to nobody else."""

from datetime import date, datetime

from db import SqlDatabase
from receptionist.ports.records import Appointment
from tests.handlers.clinic import BORN, NEW_YORK, STRANGER, Clinic, open_clinic

FIND = "find_appointments"


async def test_name_and_the_number_called_from_are_enough(clinic: Clinic) -> None:
    booked = await clinic.book()

    (found,) = await clinic.find()

    assert found["appointment_id"] == booked.content["appointment_id"]
    assert found["spoken"] == "Check-up, tomorrow at 10 AM with Dr. Lee"
    assert found["start"] == "2027-03-02T10:00:00-05:00"


async def test_name_and_date_of_birth_are_enough_from_any_phone(clinic: Clinic) -> None:
    await clinic.book()

    elsewhere = clinic.facts(call="CA2", caller=STRANGER)
    assert len(await clinic.find(elsewhere, date_of_birth=BORN)) == 1
    assert len(await clinic.find(clinic.facts(caller=None), date_of_birth=BORN)) == 1


async def test_name_and_the_number_on_file_are_enough(clinic: Clinic) -> None:
    await clinic.book()

    elsewhere = clinic.facts(call="CA2", caller=STRANGER)
    assert len(await clinic.find(elsewhere, phone="212 555 0123")) == 1


async def test_a_name_alone_opens_nothing(clinic: Clinic) -> None:
    await clinic.book()

    told = await clinic.refused(FIND, clinic.facts(caller=None), caller_name="Anna Smith")

    assert told == "ask for the date of birth or the phone number on file"
    assert await clinic.audit("appointment.read_out") == []


async def test_the_wrong_proof_opens_nothing(clinic: Clinic) -> None:
    await clinic.book()
    elsewhere = clinic.facts(call="CA2", caller=STRANGER)

    assert await clinic.find(elsewhere) == []
    assert await clinic.find(elsewhere, date_of_birth="1990-05-01") == []
    assert await clinic.find(elsewhere, phone="212 555 0124") == []


async def test_the_right_proof_with_another_name_opens_nothing(clinic: Clinic) -> None:
    await clinic.book()

    for name in ("Tom Smith", "Anna Baker", "Anna", "Tom", "x"):
        assert await clinic.find(caller_name=name, date_of_birth=BORN) == []


async def test_a_name_is_compared_as_it_sounds(clinic: Clinic) -> None:
    await clinic.book(caller_name="Anna Schmidt")

    assert len(await clinic.find(caller_name="anna schmitt", date_of_birth=BORN)) == 1


async def test_only_coming_appointments_that_are_booked_are_found(clinic: Clinic) -> None:
    booked = await clinic.book()
    await clinic.find()
    after = clinic.facts(now=datetime(2027, 3, 2, 10, 0, tzinfo=NEW_YORK))

    assert await clinic.find(after) == []
    await clinic.ask("cancel_appointment", appointment_id=booked.content["appointment_id"])
    assert await clinic.find() == []


async def test_several_come_in_order_of_time(clinic: Clinic) -> None:
    await clinic.book(start="2027-03-09T10:00")
    await clinic.book(start="2027-03-02T10:00")
    await clinic.book(start="2027-03-04T15:00", caller_name="Tom Smith")

    found = await clinic.find()

    assert [row["start"][:10] for row in found] == ["2027-03-02", "2027-03-09"]


async def test_another_practices_appointments_are_not_found(
    clinic: Clinic, database: SqlDatabase
) -> None:
    await clinic.book()
    other = await open_clinic(database, name="Oak Clinic", numbers=("+12125550200",))

    assert await other.find(date_of_birth=BORN) == []


async def test_every_read_out_leaves_an_audit_row_with_nothing_personal(clinic: Clinic) -> None:
    first = await clinic.book()
    second = await clinic.book(start="2027-03-09T10:00")

    await clinic.find(clinic.facts(call="CA7"), date_of_birth=BORN)

    rows = await clinic.audit("appointment.read_out")
    ids = {f"appointment:{r.content['appointment_id']}" for r in (first, second)}
    assert {row.subject for row in rows} == ids
    assert {row.detail["call_sid"] for row in rows} == {"CA7"}
    written = " ".join(f"{row.subject} {dict(row.detail)}" for row in rows)
    assert not [word for word in ("Anna", "Smith", "5550123", BORN) if word in written]


async def test_what_is_told_to_the_model_holds_no_proof_of_identity(clinic: Clinic) -> None:
    await clinic.book()

    (found,) = await clinic.find(clinic.facts(caller=STRANGER), date_of_birth=BORN)

    assert not [value for value in found.values() if BORN in str(value) or "0123" in str(value)]


async def test_an_appointment_made_by_staff_without_a_phone_is_found_by_birth(
    clinic: Clinic,
) -> None:
    start = datetime(2027, 3, 3, 10, tzinfo=NEW_YORK)
    async with clinic.database.transaction() as uow:
        await uow.appointments.add(
            Appointment(
                id="",
                practice_id=clinic.practice.id,
                call_sid=None,
                service="Check-up",
                practitioner="Dr. Lee",
                start=start,
                end=start,
                blocks_until=start,
                caller_name="Anna Smith",
                phone=None,
                date_of_birth=date(1984, 3, 12),
                status="booked",
            )
        )

    assert await clinic.find() == []
    assert len(await clinic.find(date_of_birth=BORN)) == 1
