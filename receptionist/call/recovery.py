"""Calls whose stream broke off, or whose process died, and that nobody has taken up again."""

import asyncio
from datetime import datetime, timedelta

import structlog

from receptionist.call.file import CallFile, Clock, open_file, utc_now
from receptionist.call.memory import CallMemory
from receptionist.errors import DatabaseAway
from receptionist.ports.records import CallRecord, Database, EndedBy

log = structlog.get_logger()

PATIENCE_S = 15.0
"""Twilio asks `/voice/ended` within a second or two, or the line itself is gone."""
LOOKED_EVERY_S = 60.0
SILENT = timedelta(minutes=5)
"""Whoever holds a call keeps its state at every turn, and silence is asked about."""
LONGEST_TRANSFER = timedelta(hours=4, minutes=10)
"""Twilio ends a `<Dial>` after four hours, and asks nothing of us before."""


async def close_if_not_resumed(
    database: Database, memory: CallMemory, call_sid: str, resumes: int
) -> None:
    """Record the loss, after so many `resumes`, unless the line asks what comes next by then."""
    await asyncio.sleep(PATIENCE_S)
    file = await open_file(database, memory, call_sid)
    if file is None or not file.lost or file.resumes != resumes:
        return
    # Nothing is planned: who is on the line after all, and asks late, goes on.
    file.ended("lost")
    await file.kept()


async def watch_open_calls(database: Database, memory: CallMemory, clock: Clock = utc_now) -> None:
    """Close what crashes have left open: at the start, and again and again."""
    while True:
        try:
            await close_left_open(database, memory, clock)
        except DatabaseAway as exc:
            log.warning("open_calls_unread", error_code=exc.code)
        await asyncio.sleep(LOOKED_EVERY_S)


async def close_left_open(database: Database, memory: CallMemory, clock: Clock = utc_now) -> int:
    """Close calls that no process holds, as of when they were last seen; how many there were."""
    await memory.flush()
    async with database.reading() as uow:
        left = [call for call in await uow.calls.open_calls() if _is_left(call, clock())]
    for call in left:
        file = await open_file(database, memory, call.call_sid, clock)
        if file is None:
            continue
        by = _by(file)
        file.ended(by, _seen_at(call))
        if by != "lost":
            file.plan("hang_up")
    if left:
        log.warning("calls_left_open_closed", calls=len(left))
        await memory.flush()
    return len(left)


def _is_left(call: CallRecord, now: datetime) -> bool:
    patience = LONGEST_TRANSFER if call.state.get("next") == "transfer" else SILENT
    return now - _seen_at(call) > patience


def _seen_at(call: CallRecord) -> datetime:
    seen_at = call.state.get("seen_at")
    return datetime.fromisoformat(seen_at) if seen_at else call.started_at


def _by(file: CallFile) -> EndedBy:
    """What had been planned has happened, as far as anybody knows."""
    match file.next:
        case "hang_up":
            return "receptionist"
        case "transfer":
            return "transfer"
        case _:
            return "lost"
