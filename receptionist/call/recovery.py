"""Calls whose stream broke off and that nobody has taken up again."""

import asyncio

from receptionist.call.file import open_file
from receptionist.ports.records import Database, Journal

PATIENCE_S = 15.0
"""Twilio asks `/voice/ended` within a second or two, or the line itself is gone."""


async def close_if_not_resumed(database: Database, journal: Journal, call_sid: str) -> None:
    """Record the loss unless the line has asked what comes next by then."""
    await asyncio.sleep(PATIENCE_S)
    file = await open_file(database, journal, call_sid)
    if file is None or not file.lost:
        return
    file.ended("lost")
    file.plan("hang_up")
    await file.kept()
