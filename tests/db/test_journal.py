"""What the journal is given while the database is away is written when it is back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db import SqlDatabase
from db.journal import SqlJournal
from receptionist.call.arrival import Ring
from receptionist.call.memory import CallMemory, KnownCall
from receptionist.call.voicemail import Voicemail, Voicemails
from receptionist.domain.practice import Practice
from receptionist.ports.records import (
    CallRecord,
    ListQuery,
    StaffMessage,
    TurnRecord,
    UnitOfWork,
)
from receptionist.ports.staff import Recording
from tests.away import SometimesAway

PRACTICE = Practice(
    name="Maple Street Clinic",
    timezone="America/New_York",
    numbers=("+15550100",),
    greeting="Hello.",
    hours={},
)
NINE = datetime(2026, 12, 1, 9, tzinfo=UTC)


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
    sometimes = SometimesAway(database, is_away=True)
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


async def test_whoever_waits_does_not_wait_for_what_comes_after(database: SqlDatabase) -> None:
    journal = SqlJournal(database)
    number = 1

    async def talk() -> None:
        nonlocal number
        while True:
            for _ in range(20):
                number += 1
                journal.turn(turn(number))
            # Faster than they are written, and the thread that writes is not kept from it.
            await asyncio.sleep(0.001)

    async with journal.running(), asyncio.TaskGroup() as others:
        journal.turn(turn(1))
        talking = others.create_task(talk())
        async with asyncio.timeout(20):
            await journal.flush()
            await journal.committed(20)
        talking.cancel()

    assert turn(1) in await stored(database)


async def test_what_other_processes_need_is_waited_for_and_not_for_ever(
    database: SqlDatabase,
) -> None:
    sometimes = SometimesAway(database, is_away=True)
    journal = SqlJournal(sometimes)
    async with journal.running():
        journal.turn(turn(1))
        await journal.committed(0.05)
        before = await stored(database)
        sometimes.is_away = False
        await journal.committed(20)

        assert before == []
        assert await stored(database) == [turn(1)]


async def test_what_a_dead_process_could_not_write_is_written_by_the_next_one(
    database: SqlDatabase, tmp_path: Path
) -> None:
    sometimes = SometimesAway(database, is_away=True)
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
    sometimes = SometimesAway(database, is_away=True)
    dead = SqlJournal(sometimes, tmp_path / "journal")
    async with dead.running():
        dead.state("CA1", {"turn": 3, "resumes": 0})
        await dead.flush()
    async with database.transaction() as uow:
        await uow.calls.set_states({"CA1": {"turn": 2, "resumes": 1}})

    sometimes.is_away = False
    living = SqlJournal(sometimes, tmp_path / "journal")
    async with living.running():
        await living.flush()

    async with database.reading() as uow:
        record = await uow.calls.get("CA1")
    assert record is not None
    assert record.state == {"turn": 2, "resumes": 1}


@pytest.mark.parametrize("is_known", [False, True])
async def test_a_voicemail_left_meanwhile_is_in_the_inbox_and_in_the_records_once(
    database: SqlDatabase, tmp_path: Path, is_known: bool
) -> None:
    sometimes = SometimesAway(database, is_away=True)
    sometimes.is_away = False
    journal = SqlJournal(sometimes, tmp_path / "journal")
    memory = CallMemory(journal)
    async with database.transaction() as uow:
        await uow.practices.save(PRACTICE)
        (practice,) = await uow.practices.all()
    sid = "CA1" if is_known else "CA2"
    record = CallRecord("CA1", practice.id, None, "+15550100", NINE)
    memory.remember(KnownCall(record, practice, called_before=False))
    sometimes.is_away = True
    left = Voicemail(
        ring=Ring(sid, "+15550123", "+15550100"),
        recording_url="https://api.example/RE1",
        recording_sid="RE1",
        seconds=7,
        ended_by="caller",
    )

    async with journal.running():
        voicemails = Voicemails(sometimes, memory)
        await voicemails.left(left)
        await voicemails.left(replace(left, ended_by=None))
        sometimes.is_away = False
    # What a process that died had kept is read from its file and written once more.
    again = SqlJournal(database, tmp_path / "journal")
    async with again.running():
        await Voicemails(database, CallMemory(again)).left(left)

    async with database.reading() as uow:
        call = await uow.calls.get(sid)
        (message,) = (await uow.messages.list(ListQuery(limit=9))).items
        work = await uow.outbox.unfinished()
        recordings = await uow.recordings.of_call(sid)
    assert call is not None
    assert (call.outcome, call.ended_by) == ("message", "caller")
    assert (message.call_sid, message.caller_name) == (sid, "Voicemail")
    assert [row.payload for row in work] == [{"sid": "RE1", "message_id": message.id}]
    assert [(each.sid, each.seconds) for each in recordings] == [("RE1", 7)]


async def test_a_voicemail_survives_the_process_that_could_not_write_it(
    database: SqlDatabase, tmp_path: Path
) -> None:
    async with database.transaction() as uow:
        await uow.practices.save(PRACTICE)
    left = StaffMessage(
        "m1", 1, "CA1", "Voicemail", None, "Voicemail", "urgent", None, "new", NINE, "recording:RE1"
    )
    dying = SqlJournal(SometimesAway(database, is_away=True), tmp_path / "journal")
    async with dying.running():
        dying.message(left, Recording("RE1", "CA1", NINE, 7))
    async with SqlJournal(database, tmp_path / "journal").running():
        pass

    async with database.reading() as uow:
        assert await uow.messages.get("m1") == left
        assert list(await uow.recordings.of_call("CA1")) == [Recording("RE1", "CA1", NINE, 7)]


async def test_nobody_waits_for_a_batch_that_hangs_and_it_is_in_the_file_meanwhile(
    database: SqlDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.journal.FLUSH_S", 0.01)
    begun, goes_on = asyncio.Event(), asyncio.Event()

    class Hanging:
        @asynccontextmanager
        async def transaction(self) -> AsyncIterator[UnitOfWork]:
            begun.set()
            await goes_on.wait()
            async with database.transaction() as uow:
                yield uow

    journal = SqlJournal(Hanging(), tmp_path / "journal")
    async with journal.running():
        journal.turn(turn(1))
        await begun.wait()
        await journal.flush()
        meanwhile = await stored(database)
        kept = "".join(file.read_text() for file in (tmp_path / "journal").iterdir())
        goes_on.set()

    assert meanwhile == []
    assert "tomorrow at 1" in kept
    assert await stored(database) == [turn(1)]


async def test_rows_that_nobody_waits_for_are_gathered_and_a_row_that_somebody_waits_for_is_not(
    database: SqlDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.journal.GATHER_S", 3600.0)
    journal = SqlJournal(database)
    async with journal.running():
        journal.turn(turn(1))
        await asyncio.sleep(0.05)
        before = await stored(database)
        journal.turn(turn(2))
        async with asyncio.timeout(30):
            await journal.flush()

        assert before == []
        assert await stored(database) == [turn(1), turn(2)]
