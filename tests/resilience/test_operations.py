"""Whoever runs the server hears of an adapter that fails: soon, seldom, and nothing of any call."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db import SqlDatabase, open_database
from providers.breakers.embedded import EmbeddedBreakers
from receptionist.booking.outbox import OutboxWorker
from receptionist.domain.practice import Practice
from receptionist.errors import ProviderUnavailable
from receptionist.observability import Metrics
from receptionist.resilience.breakers import Breakers
from receptionist.resilience.operations import QUIET, TELL, Operations
from tests.resilience.fakes import RULES
from tests.texts.post import Post

NOON = datetime(2027, 3, 1, 12, 10, tzinfo=UTC)
NUMBER = "+15550190"
EAR, VOICE = "stt:deepgram", "tts:elevenlabs"
PRACTICE = Practice(
    name="Maple Street Clinic",
    timezone="America/New_York",
    numbers=("+15550100",),
    greeting="Hello.",
    hours={},
)


class Night:
    """Two processes of one installation, on a clock of the test's, and the operators' phone."""

    def __init__(self, database: SqlDatabase) -> None:
        self.database = database
        self.now = NOON
        self.post = Post()
        self.operations = Operations(
            database, self.post, lambda: self.now, number=NUMBER, where="https://r.example"
        )
        self.breakers = [
            Breakers(
                EmbeddedBreakers(),
                database,
                Metrics(),
                rules=RULES,
                clock=lambda: (self.now - NOON).total_seconds(),
                on_change=self.operations.changed,
            )
            for _ in range(2)
        ]
        for each in self.breakers:
            each.add(EAR)
            each.add(VOICE)

    async def open(self, adapter: str = EAR, process: int = 0) -> None:
        await self._change(adapter, process, fails=True)

    async def close(self, adapter: str = EAR, process: int = 0) -> None:
        await self._change(adapter, process, fails=False)

    async def _change(self, adapter: str, process: int, *, fails: bool) -> None:
        breakers, rows = self.breakers[process], await self._rows()
        async with asyncio.timeout(10), asyncio.TaskGroup() as group:
            watching = group.create_task(breakers.watch())
            for _ in range(2 if fails else 1):
                try:
                    with await breakers.begin(adapter):
                        if fails:
                            raise ProviderUnavailable("vendor", "HTTP 503")
                except ProviderUnavailable:
                    continue
            while await self._rows() == rows:
                await asyncio.sleep(0)
            watching.cancel()

    async def _rows(self) -> int:
        async with self.database.reading() as uow:
            return await uow.audit.newest_id()

    async def texts(self) -> list[str]:
        """Those on the phone once the outbox has been worked through."""
        async with self.database.transaction() as uow:
            for row in await uow.outbox.unfinished():
                await uow.outbox.retry(row.id, self.now, "")
        await OutboxWorker(self.database, self.operations.jobs(), lambda: self.now).run_due()
        return self.post.phones[NUMBER]


@pytest.fixture
async def night(tmp_path: Path) -> AsyncIterator[Night]:
    database = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    await database.start()
    await database.upgrade()
    async with database.transaction() as uow:
        await uow.practices.save(PRACTICE)
    yield Night(database)
    await database.aclose()


async def test_an_adapter_that_is_left_alone_is_told_with_its_name_and_the_time(
    night: Night,
) -> None:
    await night.open()

    (text,) = await night.texts()
    assert "deepgram, which hears for callers, has failed" in text
    assert "12:10 UTC" in text
    assert text.endswith("https://r.example")
    assert night.post.senders == {"+15550100"}


async def test_one_that_opens_again_and_again_is_told_once_in_a_while(night: Night) -> None:
    for _ in range(6):
        await night.open()
        night.now += timedelta(minutes=2)
        await night.close()
    within = len(await night.texts())
    night.now = NOON + QUIET
    await night.open()

    assert within == 1
    assert len(await night.texts()) == 2


async def test_several_processes_that_find_out_tell_it_once_and_each_adapter_is_told(
    night: Night,
) -> None:
    await night.open(process=0)
    await night.open(process=1)
    await night.open(VOICE)

    texts = await night.texts()
    assert [text.split(",")[0] for text in texts] == [
        "Receptionist: deepgram",
        "Receptionist: elevenlabs",
    ]


async def test_one_that_works_again_is_not_told(night: Night) -> None:
    await night.open()
    night.now += timedelta(minutes=40)
    await night.close()

    assert len(await night.texts()) == 1


async def test_a_text_whose_answer_was_lost_is_sent_once(night: Night) -> None:
    night.post.lost_answers = 1
    await night.open()

    await night.texts()
    night.now += timedelta(hours=1)
    assert len(await night.texts()) == 1


async def test_a_number_that_cannot_be_texted_is_given_up(night: Night) -> None:
    night.post.refusing.add(NUMBER)
    await night.open()

    assert await night.texts() == []
    async with night.database.reading() as uow:
        assert await uow.outbox.unfinished() == []
    assert TELL in night.operations.jobs()
