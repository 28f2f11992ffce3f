"""A stream's ticket opens one stream, once, also while the database is away."""

from collections.abc import AsyncIterator, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db import SqlDatabase
from receptionist.call.background import Background
from receptionist.call.stream_tokens import LIFETIME, Redeemed, StreamTokens
from receptionist.errors import DatabaseAway
from receptionist.ports.records import CallRecord
from tests.away import SometimesAway

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


class Later(Background):
    """What is to be done in the background, when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self._work: list[Coroutine[Any, Any, None]] = []

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._work.append(work)

    async def done(self) -> None:
        """All of it."""
        for work in self._work:
            await work


@pytest.fixture
async def sometimes(
    database: SqlDatabase, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SometimesAway]:
    monkeypatch.setattr("receptionist.call.stream_tokens.PAUSE_S", 0.01)
    monkeypatch.setattr("receptionist.call.stream_tokens.WAITED_S", 0.05)
    async with database.transaction() as uow:
        await uow.calls.add(CallRecord("CA1", None, None, "+15550100", NOW))
    yield SometimesAway(database)


async def test_any_process_takes_a_ticket_and_only_once(sometimes: SometimesAway) -> None:
    one, other = (StreamTokens(sometimes, Background()) for _ in range(2))
    token, is_stored = await one.issue("CA1", NOW)

    assert is_stored
    assert await other.redeem(token, NOW) == Redeemed("CA1", is_ours=False)
    assert await one.redeem(token, NOW) is None
    assert await other.redeem("another", NOW) is None


async def test_a_ticket_is_taken_late_by_nobody(sometimes: SometimesAway) -> None:
    tokens = StreamTokens(sometimes, Background())
    token, _ = await tokens.issue("CA1", NOW)
    later = NOW + LIFETIME + timedelta(seconds=1)

    assert await tokens.redeem(token, later) is None
    sometimes.is_away = True
    token, _ = await tokens.issue("CA1", NOW)
    with pytest.raises(DatabaseAway):
        await tokens.redeem(token, later)


async def test_the_database_goes_away_before_the_stream_comes(sometimes: SometimesAway) -> None:
    async with Background() as background:
        tokens = StreamTokens(sometimes, background)
        token, _ = await tokens.issue("CA1", NOW)
        sometimes.is_away = True

        assert await tokens.redeem(token, NOW) == Redeemed("CA1", is_ours=True)

        with pytest.raises(DatabaseAway):
            await tokens.redeem(token, NOW)
        with pytest.raises(DatabaseAway):
            await StreamTokens(sometimes, background).redeem(token, NOW)


async def test_a_ticket_taken_meanwhile_is_used_up_when_the_database_is_back(
    sometimes: SometimesAway,
) -> None:
    later = Later()
    tokens = StreamTokens(sometimes, later)
    token, _ = await tokens.issue("CA1", NOW)
    sometimes.is_away = True
    await tokens.redeem(token, NOW)
    sometimes.is_away = False
    await later.done()

    assert await StreamTokens(sometimes, later).redeem(token, NOW) is None


async def test_a_ticket_given_out_meanwhile_is_good_when_the_database_is_back(
    sometimes: SometimesAway,
) -> None:
    tokens = StreamTokens(sometimes, Background())
    sometimes.is_away = True
    token, is_stored = await tokens.issue("CA1", NOW)
    sometimes.is_away = False

    assert not is_stored
    assert await tokens.redeem(token, NOW) == Redeemed("CA1", is_ours=True)
    assert await tokens.redeem(token, NOW) is None
