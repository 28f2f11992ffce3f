"""What a practice is called, which numbers it answers, and how much may go out on its account."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from db import SqlDatabase
from receptionist.bootstrap.practices import save_practice
from receptionist.domain.practice import OutgoingRules
from tests.admin.clinic import NOW, PRACTICE, Staff, appointment, audited
from tests.admin.test_settings import carried, change, practice, versions

ABOUT = "/admin/settings/practice"
OUTGOING = "/admin/settings/outgoing"
NAMED = {"name": PRACTICE.name, "numbers": "+15550100", "timezone": PRACTICE.timezone}
LIMITS = {
    "destinations": "US\n+4930",
    "calls_per_day": "40",
    "texts_per_day": "200",
    "texts_per_phone_per_day": "5",
}


async def refused(omar: Staff, path: str, fields: dict[str, Any]) -> str:
    answer = await omar.post(path, {**fields, "seen": 0})
    assert answer.status_code == 422
    return str(answer.text)


async def test_a_practice_gets_another_name_and_stays_the_same_practice(
    omar: Staff, database: SqlDatabase
) -> None:
    before = await practice(database)
    fields = {**NAMED, "name": "Maple Health", "timezone": "America/Chicago"}

    looked = await omar.post(ABOUT, {**fields, "seen": 0, "step": "preview"})
    await change(omar, ABOUT, fields)

    assert "The practice is Maple Health. Before: The practice is Maple Street" in looked.text
    assert "Its times are those of America/Chicago." in looked.text
    now = await practice(database)
    assert now == replace(before, name="Maple Health", timezone="America/Chicago")
    assert now.id == before.id
    assert (await versions(database))[0].parts == ("practice",)
    assert ("omar", "practice.changed", f"practice:{now.id}") in await audited(database)


async def test_a_name_is_gone_back_to(omar: Staff, database: SqlDatabase) -> None:
    before = await practice(database)
    await change(omar, ABOUT, {**NAMED, "name": "Maple Health"})

    path = "/admin/settings/history/1"
    looked = await omar.post(path, {"seen": 2, "step": "preview"})
    await omar.post(path, {**carried(looked.text), "step": "save"})

    assert await practice(database) == before
    assert (await practice(database)).id == before.id


async def test_numbers_are_typed_as_people_write_them(omar: Staff, database: SqlDatabase) -> None:
    await change(omar, ABOUT, {**NAMED, "numbers": "+1 (555) 010-0\n +1 212 555 0199 "})

    assert (await practice(database)).numbers == ("+15550100", "+12125550199")
    async with database.reading() as uow:
        found = await uow.practices.by_number("+12125550199")
    assert found == await practice(database)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "Please fill this in."),
        ("numbers", "5550100", "expected a number such as +15550100"),
        ("timezone", "Mars/Olympus", "expected an IANA zone such as America/New_York"),
    ],
)
async def test_what_no_practice_can_be_is_said_beside_its_field(
    omar: Staff, database: SqlDatabase, field: str, typed: str, said: str
) -> None:
    page = await refused(omar, ABOUT, {**NAMED, field: typed})

    assert f'id="{field}-problem">{said}<' in page
    assert await versions(database) == []


async def test_another_practices_name_is_refused_and_its_number_is_warned_of(
    omar: Staff, database: SqlDatabase
) -> None:
    async with database.transaction() as uow:
        await uow.practices.save(replace(PRACTICE, name="Oak", numbers=("+15550177",)))

    page = await refused(omar, ABOUT, {**NAMED, "name": "Oak"})
    fields = {**NAMED, "numbers": "+15550177", "seen": 0, "step": "preview"}
    looked = await omar.post(ABOUT, fields)

    assert 'id="name-problem">Another practice has this name.<' in page
    words = "+15550177 is answered as Oak now, and would be answered as Maple Street Clinic."
    assert words in looked.text


async def test_a_name_somebody_is_booked_under_stays(omar: Staff, database: SqlDatabase) -> None:
    """Where no practitioner is named, the practice itself is who is booked."""
    start = NOW + timedelta(days=30)
    row = replace(
        appointment(),
        id="a9",
        practitioner=PRACTICE.name,
        start=start,
        end=start + timedelta(minutes=30),
        blocks_until=start + timedelta(minutes=30),
    )
    async with database.transaction() as uow:
        await uow.appointments.add(row)

    page = await refused(omar, ABOUT, {**NAMED, "name": "Maple Health"})

    assert "Appointments are booked under the old name." in page


async def test_a_file_is_still_the_renamed_practices_own(
    omar: Staff, database: SqlDatabase
) -> None:
    await save_practice(database, PRACTICE)
    await change(omar, ABOUT, {**NAMED, "name": "Maple Health"})

    await save_practice(database, PRACTICE, unless_known=True)
    renamed = await practice(database)
    await save_practice(database, replace(PRACTICE, greeting="Good day."), unless_known=True)

    assert renamed.name == "Maple Health", "the file is the one that was loaded before"
    loaded = await practice(database)
    assert (loaded.name, loaded.greeting, loaded.id) == (PRACTICE.name, "Good day.", renamed.id)


async def test_outgoing_limits_are_changed_in_words(omar: Staff, database: SqlDatabase) -> None:
    looked = await omar.post(OUTGOING, {**LIMITS, "seen": 0, "step": "preview"})
    await change(omar, OUTGOING, LIMITS)

    assert "It calls and texts US and +4930. Before: It calls and texts the practice" in looked.text
    assert "At most 40 calls go out within a day. Before: At most 300 calls" in looked.text
    assert (await practice(database)).outgoing == OutgoingRules(("US", "+4930"), 40, 200, 5)
    assert (await versions(database))[0].parts == ("outgoing",)


async def test_limits_that_cannot_be_are_said_beside_their_field(omar: Staff) -> None:
    wrong = {**LIMITS, "destinations": "the moon", "calls_per_day": "100001", "texts_per_day": "x"}
    page = await refused(omar, OUTGOING, wrong)

    country = "expected a country such as US or the beginning of numbers such as +4930"
    assert f'id="destinations-problem">{country}<' in page
    assert 'id="calls_per_day-problem">Please give at most 100000.<' in page
    assert 'id="texts_per_day-problem">Please give a whole number.<' in page
