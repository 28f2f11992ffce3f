"""Of many who answer at the same moment one gets the time, whichever database decides."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from db import SqlDatabase, open_database
from tests.postgres import drop_database, make_database, server_url
from tests.texts.clinic import TextingClinic, open_texting_clinic

WAITING = 20


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
async def decider(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SqlDatabase]:
    server, name = None, ""
    url = f"sqlite:///{tmp_path / 'test.db'}"
    if request.param == "postgresql":
        server = await server_url()
        if server is None:
            pytest.skip("no PostgreSQL here: set TEST_DATABASE_URL")
        url, name = await make_database(server)
    opened = open_database(url)
    await opened.start()
    await opened.upgrade()
    yield opened
    await opened.aclose()
    if server is not None:
        await drop_database(server, name)


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
    decider: SqlDatabase,
) -> None:
    clinic = await open_texting_clinic(decider)
    phones = await all_were_asked(clinic)

    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(clinic.texts_back(phone, "YES")) for phone in phones]

    answers = [task.result() or "" for task in asked]
    assert sum("is yours" in answer for answer in answers) == 1
    assert sum("You stay on the waiting list" in answer for answer in answers) == WAITING - 1
    (booked,) = await clinic.appointments()
    assert "is yours" in answers[phones.index(str(booked.phone))]
    async with decider.reading() as uow:
        assert len(await uow.waiting_list.open(clinic.practice.id)) == WAITING - 1
