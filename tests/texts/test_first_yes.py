"""Of many who answer at the same moment one gets the time, whichever database decides."""

import asyncio
from datetime import timedelta

from db import SqlDatabase
from tests.texts.clinic import TextingClinic, open_texting_clinic

WAITING = 20


async def all_were_asked(clinic: TextingClinic) -> list[str]:
    """Twenty people were asked about one time, one after the other, and let it pass."""
    phones = [f"+121255501{number:02}" for number in range(WAITING)]
    for phone in phones:
        await clinic.joins(phone)
    await clinic.cancel(await clinic.book(phone="+12125550199"))
    for _ in range(WAITING + 1):
        await clinic.wait(timedelta(minutes=16))
    assert [len(clinic.phone(phone)) for phone in phones] == [1] * WAITING
    return phones


async def test_of_twenty_who_say_yes_at_once_one_has_it_and_the_others_wait_on(
    either_database: SqlDatabase,
) -> None:
    clinic = await open_texting_clinic(either_database)
    phones = await all_were_asked(clinic)

    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(clinic.texts_back(phone, "YES")) for phone in phones]

    answers = [task.result() or "" for task in asked]
    assert sum("is yours" in answer for answer in answers) == 1
    assert sum("You stay on the waiting list" in answer for answer in answers) == WAITING - 1
    (booked,) = await clinic.appointments()
    assert "is yours" in answers[phones.index(str(booked.phone))]
    async with either_database.reading() as uow:
        assert len(await uow.waiting_list.open(clinic.practice.id)) == WAITING - 1
