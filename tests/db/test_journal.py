"""What the journal is given while the database is away is written when it is back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db import SqlDatabase
from db.journal import SqlJournal
from receptionist.errors import DatabaseAway
from receptionist.ports.records import CallRecord, TurnRecord, UnitOfWork

NINE = datetime(2026, 12, 1, 9, tzinfo=UTC)


class Sometimes:
    """A database that can be away."""

    def __init__(self, database: SqlDatabase) -> None:
        self.database = database
        self.is_away = True

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[UnitOfWork]:
        if self.is_away:
            raise DatabaseAway
        async with self.database.transaction() as uow:
            yield uow


def turn(number: int) -> TurnRecord:
    """A turn with words in it."""
    return TurnRecord("CA1", number, NINE, f"tomorrow at {number}", "Yes.", "Yes.", {"total": 1.5})


async def stored(database: SqlDatabase) -> list[TurnRecord]:
    """The turns that are in the database."""
    async with database.reading() as uow:
        return list(await uow.turns.of_call("CA1"))


@pytest.fixture(autouse=True)
async def call(database: SqlDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.journal.RETRY_S", 0.01)
    monkeypatch.setattr("db.journal.DRAIN_S", 0.5)
    async with database.transaction() as uow:
        await uow.calls.add(CallRecord("CA1", None, None, "+15550100", NINE))


async def test_nobody_waits_for_a_database_that_is_away_and_all_is_written_when_it_is_back(
    database: SqlDatabase, tmp_path: Path
) -> None:
    sometimes = Sometimes(database)
    journal = SqlJournal(sometimes, tmp_path / "journal")
    async with journal.running():
        journal.turn(turn(1))
        await journal.flush()
        journal.turn(turn(2))
        await journal.flush()
        (kept,) = (tmp_path / "journal").iterdir()
        lines = kept.read_text().splitlines()
        mode = kept.stat().st_mode & 0o777

        sometimes.is_away = False

    assert journal.is_away is False
    assert (len(lines), mode) == (2, 0o600)
    assert await stored(database) == [turn(1), turn(2)]
    assert list((tmp_path / "journal").iterdir()) == []


async def test_what_a_dead_process_could_not_write_is_written_by_the_next_one(
    database: SqlDatabase, tmp_path: Path
) -> None:
    sometimes = Sometimes(database)
    dead = SqlJournal(sometimes, tmp_path / "journal")
    async with dead.running():
        dead.turn(turn(1))
        dead.state("CA1", {"turn": 1})
        dead.ended("CA1", "caller", NINE)
        await dead.flush()

    sometimes.is_away = False
    living = SqlJournal(sometimes, tmp_path / "journal")
    async with living.running():
        await living.flush()

    assert await stored(database) == [turn(1)]
    async with database.reading() as uow:
        record = await uow.calls.get("CA1")
    assert record is not None
    assert (record.ended_by, record.ended_at, record.state) == ("caller", NINE, {"turn": 1})
    assert list((tmp_path / "journal").iterdir()) == []


async def test_a_state_from_a_dead_process_does_not_undo_what_another_has_done_since(
    database: SqlDatabase, tmp_path: Path
) -> None:
    sometimes = Sometimes(database)
    dead = SqlJournal(sometimes, tmp_path / "journal")
    async with dead.running():
        dead.state("CA1", {"turn": 3, "resumes": 0})
        await dead.flush()
    async with database.transaction() as uow:
        await uow.calls.set_state("CA1", {"turn": 2, "resumes": 1})

    sometimes.is_away = False
    living = SqlJournal(sometimes, tmp_path / "journal")
    async with living.running():
        await living.flush()

    async with database.reading() as uow:
        record = await uow.calls.get("CA1")
    assert record is not None
    assert record.state == {"turn": 2, "resumes": 1}
