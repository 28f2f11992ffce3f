"""A PostgreSQL that hangs, refuses or babbles is away: nobody waits for ever, nothing is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from benchmarks.fault_scene import POSTGRESQL_SAYS
from benchmarks.faulty_vendor import FAULTS, Fault, FaultyVendor
from db import SqlDatabase, open_database
from receptionist.errors import DatabaseAway
from receptionist.ports.records import TurnRecord
from tests.servers import postgresql

pytestmark = pytest.mark.server
LONGEST_S = 60
NINE = datetime(2026, 12, 1, 9, tzinfo=UTC)


@asynccontextmanager
async def before_a_server(
    *, takes_time: bool = False
) -> AsyncIterator[tuple[FaultyVendor, SqlDatabase]]:
    """A database that has been used, and what can break down before it."""
    async with postgresql() as url:
        proxy = FaultyVendor(url, 30, POSTGRESQL_SAYS)
        async with proxy.serving():
            netloc = f"{urlsplit(url).netloc.rpartition('@')[0]}@{proxy.address}".lstrip("@")
            parts = urlsplit(url)._replace(netloc=netloc, query="ssl=disable")
            database = open_database(parts.geturl())
            if takes_time:
                database.take_time()
            await database.start()
            try:
                await database.upgrade()
                await asks(database)
                yield proxy, database
            finally:
                proxy.heal()
                await database.aclose()


async def asks(database: SqlDatabase) -> None:
    """Read something."""
    async with database.reading() as uow:
        await uow.calls.get("CA1")


async def until_back(database: SqlDatabase) -> list[TurnRecord]:
    """The call's turns, once they can be read and there are any."""
    while True:
        try:
            async with database.reading() as uow:
                if found := list(await uow.turns.of_call("CA1")):
                    return found
        except DatabaseAway:
            pass
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("fault", FAULTS)
async def test_whatever_a_server_does_it_is_away_and_what_was_to_be_written_is_kept(
    fault: Fault,
) -> None:
    turn = TurnRecord("CA1", 1, NINE, "tomorrow", "Yes.", "Yes.", {})
    async with asyncio.timeout(LONGEST_S), before_a_server() as (proxy, database):
        proxy.break_down(fault)
        with pytest.raises(DatabaseAway):
            await asks(database)
        database.journal.turn(turn)
        await database.journal.flush()
        with pytest.raises(DatabaseAway):
            await asks(database)
        proxy.heal()

        assert await until_back(database) == [turn]


async def test_a_server_that_falls_silent_in_mid_sentence_is_left_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("db.engine.UNIT_S", 0.3)
    async with asyncio.timeout(LONGEST_S), before_a_server() as (proxy, database):
        with pytest.raises(DatabaseAway):
            async with database.transaction() as uow:
                proxy.break_down("hangs")
                await uow.calls.get("CA1")


async def test_a_server_that_falls_silent_before_it_has_committed_is_left_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("db.engine.UNIT_S", 0.3)
    async with asyncio.timeout(LONGEST_S), before_a_server() as (proxy, database):
        with pytest.raises(DatabaseAway):
            async with database.transaction() as uow:
                await uow.calls.set_outcome("CA1", "answered")
                proxy.break_down("hangs")


async def test_work_that_nobody_on_the_line_waits_for_takes_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("db.engine.UNIT_S", 0)
    with pytest.raises(DatabaseAway):
        async with before_a_server():
            pass

    async with before_a_server(takes_time=True) as (_, database):
        await asks(database)


async def test_once_one_has_waited_in_vain_the_next_are_told_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("db.engine.SILENT_S", LONGEST_S)
    async with asyncio.timeout(LONGEST_S), before_a_server() as (proxy, database):
        proxy.break_down("hangs")
        with pytest.raises(DatabaseAway):
            await asks(database)
        proxy.asked = False
        for _ in range(20):
            with pytest.raises(DatabaseAway):
                await asks(database)

        assert not proxy.asked
        monkeypatch.setattr("db.engine.SILENT_S", 0)
