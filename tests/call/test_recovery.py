"""Calls that a crash left open are closed with the truth; those on the line are left alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db import SqlDatabase
from receptionist.call.memory import CallMemory
from receptionist.call.recovery import LONGEST_TRANSFER, SILENT, close_left_open
from receptionist.ports.records import CallRecord
from tests.conversation.fakes import PRACTICE

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


async def open_call(database: SqlDatabase, seen: timedelta | None, **state: Any) -> None:
    """A call without an end, last seen so long ago; None: never since it rang."""
    if seen is not None:
        state["seen_at"] = (NOW - seen).isoformat()
    async with database.transaction() as uow:
        practice_id = await uow.practices.save(PRACTICE)
        started = NOW - timedelta(hours=8)
        await uow.calls.add(
            CallRecord("CA1", practice_id, "+12125550123", "+12125550100", started, state=state)
        )


async def closed(database: SqlDatabase) -> CallRecord:
    """The call after a start of the server."""
    await close_left_open(database, CallMemory(database.journal), lambda: NOW)
    async with database.reading() as uow:
        call = await uow.calls.get("CA1")
    assert call is not None
    return call


@pytest.mark.parametrize(
    ("planned", "by"),
    [("conversation", "lost"), ("plain", "lost"), ("hang_up", "receptionist")],
)
async def test_a_call_nobody_holds_any_more_ended_when_it_was_last_seen(
    database: SqlDatabase, planned: str, by: str
) -> None:
    await open_call(database, SILENT + SECOND, next=planned, turn=2)

    call = await closed(database)

    assert (call.ended_by, call.outcome) == (by, "answered")
    assert call.ended_at == NOW - SILENT - SECOND


@pytest.mark.parametrize("planned", ["conversation", "plain", "hang_up"])
async def test_whoever_is_on_the_line_after_all_is_told_what_was_planned(
    database: SqlDatabase, planned: str
) -> None:
    await open_call(database, SILENT + SECOND, next=planned, turn=2)

    call = await closed(database)

    assert call.state["next"] == planned


async def test_a_call_still_on_the_line_elsewhere_is_not_touched(database: SqlDatabase) -> None:
    await open_call(database, SILENT - SECOND, next="conversation", turn=2)

    assert (await closed(database)).ended_by is None


@pytest.mark.parametrize(("longer", "by"), [(-SECOND, None), (SECOND, "transfer")])
async def test_a_caller_put_through_may_talk_for_as_long_as_a_transfer_lasts(
    database: SqlDatabase, longer: timedelta, by: str | None
) -> None:
    await open_call(database, LONGEST_TRANSFER + longer, next="transfer", turn=2)

    assert (await closed(database)).ended_by == by


async def test_a_call_that_only_rang_was_abandoned(database: SqlDatabase) -> None:
    await open_call(database, None)

    call = await closed(database)

    assert (call.ended_by, call.outcome) == ("lost", "abandoned")


async def test_the_turn_that_broke_off_is_kept_as_far_as_it_came(database: SqlDatabase) -> None:
    exchange = {"number": 2, "caller": "tuesday", "receptionist": "I have nine.", "heard": "I have"}
    await open_call(database, SILENT + SECOND, turn=2, exchange=exchange)

    await closed(database)

    async with database.reading() as uow:
        (turn,) = await uow.turns.of_call("CA1")
    assert (turn.number, turn.caller, turn.heard) == (2, "tuesday", "I have")
