"""The single-use ticket that lets one stream connect for one call.

The path segment of the stream's URL; Twilio strips query strings.
Only its hash is stored, so a read of the database opens no stream. Where several processes
share a port, the segment begins with the number of the one that is to hold the stream.
"""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from receptionist.call.background import Background
from receptionist.errors import DatabaseAway
from receptionist.ports.records import Database

LIFETIME = timedelta(seconds=60)
PAUSE_S = 0.3
WAITED_S = 3.0
"""For a database that is away, by a stream whose ticket another process gave out."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """As this process gave it out. `is_stored`: other processes can take it as well."""

    call_sid: str
    until: datetime
    is_stored: bool


@dataclass(frozen=True, slots=True)
class Redeemed:
    """Whose stream it is. `is_ours`: this process gave it out, and nobody has asked since."""

    call_sid: str
    is_ours: bool


class StreamTokens:
    """Give tickets out and take them back, once each; those of this process without a database."""

    def __init__(self, database: Database, background: Background) -> None:
        self._database = database
        self._background = background
        self._ours: dict[str, Ticket] = {}

    async def issue(self, call_sid: str, now: datetime) -> tuple[str, bool]:
        """A fresh token bound to the call, and whether other processes can take it."""
        token = secrets.token_urlsafe(24)
        is_stored = True
        try:
            async with self._database.transaction() as uow:
                await uow.stream_tokens.issue(_hash(token), call_sid, now + LIFETIME)
        except DatabaseAway:
            is_stored = False
        self._ours = {h: ticket for h, ticket in self._ours.items() if ticket.until > now}
        self._ours[_hash(token)] = Ticket(call_sid, now + LIFETIME, is_stored)
        return token, is_stored

    async def redeem(self, token: str, now: datetime) -> Redeemed | None:
        """Whose it is, once; None for a token that is unknown, used or late.

        Raises `DatabaseAway` when only another process may know.
        """
        hashed = _hash(token)
        loop = asyncio.get_running_loop()
        gives_up = loop.time() + WAITED_S
        while True:
            try:
                call_sid = await self._take(hashed, now)
            except DatabaseAway:
                if (ticket := self._valid(hashed, now)) is not None:
                    if ticket.is_stored:
                        self._background.spawn(self._use_up(hashed, now), "stream-ticket")
                    return Redeemed(ticket.call_sid, is_ours=True)
                if loop.time() >= gives_up:
                    raise
                await asyncio.sleep(PAUSE_S)
                continue
            ticket = self._valid(hashed, now)
            if call_sid is None and ticket is not None and not ticket.is_stored:
                call_sid = ticket.call_sid
            return None if call_sid is None else Redeemed(call_sid, is_ours=ticket is not None)

    def _valid(self, hashed: str, now: datetime) -> Ticket | None:
        ticket = self._ours.pop(hashed, None)
        return ticket if ticket is not None and ticket.until > now else None

    async def _take(self, hashed: str, now: datetime) -> str | None:
        async with self._database.transaction() as uow:
            return await uow.stream_tokens.redeem(hashed, now)

    async def _use_up(self, hashed: str, now: datetime) -> None:
        """It was taken while the database was away: nobody takes it again when that is back."""
        for _ in range(int(LIFETIME.total_seconds() / PAUSE_S)):
            try:
                await self._take(hashed, now)
            except DatabaseAway:
                await asyncio.sleep(PAUSE_S)
            else:
                return


def addressed(token: str, number: int) -> str:
    """The path segment for the process of this number."""
    return f"{number}.{token}"


def bare(segment: str) -> str:
    """The token itself."""
    return segment.rpartition(".")[2]


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
