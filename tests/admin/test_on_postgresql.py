"""Calendar, settings and questions over the server database: what SQLite allows may fail there."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from db import SqlDatabase
from tests.admin.clinic import Staff, fill, pages_of, room_of
from tests.admin.test_calendar import CLINIC, book, page_of
from tests.admin.test_settings import change
from tests.servers import fresh_database

pytestmark = pytest.mark.server


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqlDatabase]:
    async with fresh_database("postgresql", tmp_path) as opened:
        await fill(opened)
        async with opened.transaction() as uow:
            await uow.practices.save(replace(CLINIC, id=1))
        yield opened


async def test_every_page_answers(database: SqlDatabase) -> None:
    omar = Staff(pages_of(room_of(database)), "omar")

    for path in (page_of(), page_of(view="week"), "/admin/settings", "/admin/settings/people/0"):
        assert (await omar.get(path)).status_code == 200, path
    for path in ("/admin/settings/history", "/admin/questions", "/admin/calendar/book"):
        assert (await omar.get(path)).status_code == 200, path


async def test_of_two_who_book_the_same_time_one_is_told_what_is_there(
    database: SqlDatabase,
) -> None:
    pages = pages_of(room_of(database))
    people = [Staff(pages, "mia"), Staff(pages, "omar")]

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(book(who)) for who in people]

    answers = sorted((task.result() for task in tasks), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [303, 422]
    assert "Dr. Lee has Check-up with Ana Souza 10:00 to 10:30." in answers[1].text


async def test_of_two_who_save_at_once_one_is_told(database: SqlDatabase) -> None:
    omar = Staff(pages_of(room_of(database)), "omar")
    await change(omar, "/admin/settings/closed", {"closed": "2027-12-25"})

    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(
                omar.post("/admin/settings/closed", {"closed": day, "seen": 2, "step": "save"})
            )
            for day in ("2027-12-26", "2027-12-27")
        ]

    assert sorted(task.result().status_code for task in tasks) == [303, 409]
