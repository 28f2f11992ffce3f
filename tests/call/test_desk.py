"""What the front desk does with what it is told while the database is away."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from db import SqlDatabase
from receptionist.call.background import Background
from receptionist.call.desk import FrontDesk
from receptionist.call.memory import CallMemory
from receptionist.call.stream_tokens import StreamTokens
from receptionist.ports.records import CallRecord
from tests.away import SometimesAway
from tests.conversation.fakes import PRACTICE

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
UNUSED: Any = None


async def test_the_end_of_a_call_is_recorded_when_the_database_is_back(
    database: SqlDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("receptionist.call.file.PAUSE_S", 0.01)
    monkeypatch.setattr("receptionist.call.file.WAITED_S", 1.0)
    monkeypatch.setattr("receptionist.call.desk.AGAIN_EVERY_S", 0.01)
    async with database.transaction() as uow:
        practice_id = await uow.practices.save(PRACTICE)
        await uow.calls.add(CallRecord("CA1", practice_id, None, "+15550100", NOW))
    sometimes = SometimesAway(database, is_away=True)

    async with asyncio.timeout(20), Background() as background:
        desk = FrontDesk(
            sometimes,
            CallMemory(database.journal),
            plain=UNUSED,
            warm=UNUSED,
            tokens=StreamTokens(sometimes, background),
            background=background,
            streaming=False,
        )
        await desk.status("CA1", "completed")
        sometimes.is_away = False
        while (call := await stored(database)).ended_at is None:
            await asyncio.sleep(0.01)

    assert (call.ended_by, call.outcome) == ("caller", "abandoned")


async def stored(database: SqlDatabase) -> CallRecord:
    """The call's row."""
    async with database.reading() as uow:
        call = await uow.calls.get("CA1")
    assert call is not None
    return call
