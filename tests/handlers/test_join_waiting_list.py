"""A caller for whom nothing suits comes onto the waiting list, once, with a number to text."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from receptionist.domain.practice import BookingRules
from receptionist.ports.follow_up import Waiting
from tests.handlers.clinic import CALLER, NOW, STRANGER, Clinic, open_clinic

JOIN = "join_waiting_list"
WISH = {"service": "Check-up", "caller_name": "Anna Smith"}


async def listed(clinic: Clinic) -> Sequence[Waiting]:
    async with clinic.database.reading() as uow:
        return await uow.waiting_list.open(clinic.practice.id)


async def test_joining_needs_only_a_service_and_a_name(clinic: Clinic) -> None:
    result = await clinic.ask(JOIN, **WISH)

    (waiting,) = await listed(clinic)
    assert result.content["ok"] is True
    assert result.content["waiting_list_id"] == waiting.id
    assert (waiting.service, waiting.practitioner, waiting.part_of_day) == ("Check-up", None, None)
    assert (waiting.caller_name, waiting.phone, waiting.status) == (
        "Anna Smith",
        CALLER,
        "waiting",
    )
    assert (waiting.first_day, waiting.last_day) == (date(2027, 3, 1), date(2027, 3, 31))


async def test_every_wish_is_kept(clinic: Clinic) -> None:
    await clinic.ask(
        JOIN,
        **WISH,
        phone="212 555 0188",
        date_from="2027-03-08",
        date_to="2027-03-12",
        practitioner="Lee",
        part_of_day="morning",
    )

    (waiting,) = await listed(clinic)
    assert (waiting.first_day, waiting.last_day) == (date(2027, 3, 8), date(2027, 3, 12))
    assert (waiting.practitioner, waiting.part_of_day) == ("Dr. Lee", "morning")
    assert waiting.phone == "+12125550188"


async def test_the_model_is_told_that_nothing_is_booked(clinic: Clinic) -> None:
    result = await clinic.ask(JOIN, **WISH)

    assert "nothing is booked" in result.content["next"]
    assert result.outcome is None
    assert await clinic.appointments() == []


async def test_the_same_tool_call_joins_once(clinic: Clinic) -> None:
    first = await clinic.ask(JOIN, again="tool_j", **WISH)
    second = await clinic.ask(JOIN, again="tool_j", **WISH)

    assert second.content == first.content
    assert len(await listed(clinic)) == 1
    assert len(await clinic.audit("waiting_list")) == 1


async def test_whoever_is_on_the_list_already_changes_days_and_keeps_the_place(
    clinic: Clinic,
) -> None:
    await clinic.ask(JOIN, **WISH)
    later, still_later = (NOW + timedelta(minutes=minutes) for minutes in (5, 10))
    await clinic.ask(JOIN, clinic.facts(call="CA2", caller=STRANGER, now=later), **WISH)

    again = clinic.facts(call="CA3", now=still_later)
    await clinic.ask(JOIN, again, date_to="2027-03-05", **WISH)

    first, second = await listed(clinic)
    assert (first.phone, first.last_day) == (CALLER, date(2027, 3, 5))
    assert (second.phone, second.last_day) == (STRANGER, date(2027, 3, 31))


async def test_a_hidden_number_is_asked_for(clinic: Clinic) -> None:
    sentence = await clinic.refused(JOIN, clinic.facts(caller=None), **WISH)

    assert sentence == "ask the caller for a mobile number with its area code"


async def test_days_that_are_over_or_upside_down_are_refused(clinic: Clinic) -> None:
    past = await clinic.refused(JOIN, date_to="2027-02-01", **WISH)
    order = await clinic.refused(JOIN, date_from="2027-03-09", date_to="2027-03-08", **WISH)
    far = await clinic.refused(JOIN, date_to="2029-03-08", **WISH)

    assert past == "date_to is in the past; today is 2027-03-01"
    assert order == "date_to must not be before date_from"
    assert far == "the waiting list is for the next twelve months"


async def test_an_unknown_service_or_person_is_refused_with_those_there_are(
    clinic: Clinic,
) -> None:
    service = await clinic.refused(JOIN, service="Massage", caller_name="Anna Smith")
    person = await clinic.refused(JOIN, practitioner="Dr. Who", **WISH)

    assert service == "there is no such service; the services are: Check-up, Blood test"
    assert person == "Check-up is done by: Dr. Lee, Dr. Patel"


async def test_a_practice_that_sends_no_texts_has_no_waiting_list(clinic: Clinic) -> None:
    silent = await open_clinic(
        clinic.database, booking=replace(BookingRules(), text_messages=False)
    )

    sentence = await silent.refused(JOIN, **WISH)

    assert sentence == "there is no waiting list here; offer to take a message instead"


async def test_joining_leaves_an_audit_row_with_nothing_personal(clinic: Clinic) -> None:
    await clinic.ask(JOIN, **WISH)

    (waiting,) = await listed(clinic)
    (row,) = await clinic.audit("waiting_list.joined")
    assert row.subject == f"waiting:{waiting.id}"
    assert dict(row.detail) == {"call_sid": "CA1"}
