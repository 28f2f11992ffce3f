"""Events: a browser learns that what it shows has changed, also from another process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from db import SqlDatabase
from receptionist.admin.live import StaffEvents
from tests.admin.clinic import message, opened


class Counting:
    """A database that counts how often it is asked."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database
        self.asked = 0

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Any]:
        self.asked += 1
        async with self._database.reading() as uow:
            yield uow


async def first_event(events: StaffEvents, *names: str) -> str:
    async for sent in events.stream(dict.fromkeys(names, "")):
        if sent.startswith("event:"):
            return sent
    return ""


async def test_a_message_of_another_process_is_an_event_here(
    database: SqlDatabase, tmp_path: Path
) -> None:
    events = StaffEvents(database)
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        waiting = group.create_task(first_event(events, "inbox", "calls"))
        await events.marks()
        async with opened(tmp_path / "clinic.db") as elsewhere, elsewhere.transaction() as uow:
            await uow.messages.add(message("n1", "Eva", "Please call.", minutes=0))

    assert waiting.result() == "event: inbox\ndata:\n\n"


async def test_many_browsers_ask_the_database_once_a_second_together(
    database: SqlDatabase,
) -> None:
    counting = Counting(database)
    now = [100.0]
    events = StaffEvents(counting, clock=lambda: now[0])

    for _ in range(50):
        await events.marks()
    assert counting.asked == 1

    now[0] += 1
    for _ in range(50):
        await events.marks()
    assert counting.asked == 2


async def test_a_stream_ends_when_the_process_is_about_to(database: SqlDatabase) -> None:
    stopping: list[bool] = []
    events = StaffEvents(database, stopping=lambda: bool(stopping))
    stream = events.stream({"inbox": ""})
    assert (await anext(stream)).startswith("retry:")

    stopping.append(True)
    async with asyncio.timeout(10):
        rest = [sent async for sent in stream]

    assert rest == []


async def test_a_call_that_begins_or_ends_is_an_event(database: SqlDatabase) -> None:
    async with database.reading() as uow:
        before = await uow.calls.latest_change()
    async with database.transaction() as uow:
        call = await uow.calls.get("CA2")
        assert call is not None
        await uow.calls.end("CA2", "caller", call.started_at)
        after = await uow.calls.latest_change()

    assert before != after


async def test_only_topics_that_are_there_are_listened_to(database: SqlDatabase) -> None:
    asked = StaffEvents(database).asked("inbox,<script>,,calls.c0ffee")

    assert asked == {"inbox": "", "calls": "c0ffee"}


async def test_what_changed_between_the_drawing_and_the_listening_is_told(
    database: SqlDatabase,
) -> None:
    drawn = await StaffEvents(database).marks()
    async with database.transaction() as uow:
        await uow.messages.add(message("n1", "Eva", "Please call.", minutes=0))
    stream = StaffEvents(database).stream({"inbox": drawn["inbox"], "calls": drawn["calls"]})

    assert (await anext(stream)).startswith("retry:")
    assert await anext(stream) == "event: inbox\ndata:\n\n"
    await stream.aclose()
