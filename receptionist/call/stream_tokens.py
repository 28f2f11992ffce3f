"""The single-use ticket that lets one stream connect for one call.

The path segment of the stream's URL; Twilio strips query strings (PROTOCOLS A5).
Only its hash is stored, so a read of the database opens no stream. Where several processes
share a port, the segment begins with the number of the one that is to hold the stream.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from receptionist.ports.records import Database

LIFETIME = timedelta(seconds=60)


async def issue_stream_token(database: Database, call_sid: str, now: datetime) -> str:
    """A fresh token bound to the call."""
    token = secrets.token_urlsafe(24)
    async with database.transaction() as uow:
        await uow.stream_tokens.issue(_hash(token), call_sid, now + LIFETIME)
    return token


async def redeem_stream_token(database: Database, token: str, now: datetime) -> str | None:
    """The call SID, once; None for a token that is unknown, used or late."""
    async with database.transaction() as uow:
        return await uow.stream_tokens.redeem(_hash(token), now)


def addressed(token: str, number: int) -> str:
    """The path segment for the process of this number."""
    return f"{number}.{token}"


def bare(segment: str) -> str:
    """The token itself."""
    return segment.rpartition(".")[2]


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
