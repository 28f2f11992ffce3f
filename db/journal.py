"""Writes that a live call must not wait for.

One task per process commits what it has been handed in batches, in order. A
database that fails is tried again with everything kept: in memory, and in a file
of this machine, which outlives the process. At most the last fraction of a
second is lost in a crash.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import structlog

from db import journal_entries as entries
from db.away import translated
from db.journal_entries import Entry
from db.local_journal import LocalJournal
from receptionist.errors import DatabaseAway
from receptionist.ports.records import (
    ActionRecord,
    CallRecord,
    EndedBy,
    StaffMessage,
    TurnRecord,
    UnitOfWork,
)
from receptionist.ports.staff import Recording

log = structlog.get_logger()
RETRY_S = 0.5
GATHER_S = 0.02
"""Nobody waits for these rows, but a caller may be waiting for what is done at the same moment."""
FLUSH_S = 2.0
"""A caller waits. What takes longer goes into the local file first."""
DRAIN_S = 10.0
BATCH = 200


class _Transactions(Protocol):
    def transaction(self) -> AbstractAsyncContextManager[UnitOfWork]: ...


class SqlJournal:
    """Fulfil `Journal`. Without a `folder` what waits for the database is in memory only."""

    def __init__(self, database: _Transactions, folder: Path | None = None) -> None:
        self._database = database
        self._local = LocalJournal(folder) if folder is not None else None
        self._waiting: deque[Entry] = deque()
        self._in_file = 0
        """How many of those that wait, from the first, are in the local file as well."""
        self._arrived = asyncio.Event()
        self._waited_for = asyncio.Event()
        self._given = self._kept = self._written = 0
        """Entries since the start: handed in, of those safe from a crash, of those committed."""
        self._gone_on = asyncio.Condition()
        self.is_away = False
        """The last batch could not be written."""

    def arrived(self, call: CallRecord) -> None:
        """Keep that a call came."""
        self._put(entries.arrived(call))

    def turn(self, turn: TurnRecord) -> None:
        """Keep a turn."""
        self._put(entries.turn(turn))

    def action(self, action: ActionRecord) -> None:
        """Keep an action."""
        self._put(entries.action(action))

    def state(self, call_sid: str, state: Mapping[str, Any]) -> None:
        """Keep what another process needs to go on."""
        self._put(entries.state(call_sid, state))

    def outcome(self, call_sid: str, outcome: str) -> None:
        """Keep what the call came to."""
        self._put(entries.outcome(call_sid, outcome))

    def ended(self, call_sid: str, ended_by: EndedBy, at: datetime) -> None:
        """Keep how the call ended; what it held for the caller is free again."""
        self._put(entries.ended(call_sid, ended_by, at))

    def message(self, message: StaffMessage, recording: Recording | None = None) -> None:
        """Keep a message for the staff."""
        self._put(entries.message(message, recording))

    async def flush(self) -> None:
        """Wait until everything handed in so far is committed, or safe in the local file."""
        if self._waiting and self.is_away:
            self._keep_in_file()
            return
        given = self._given
        self._waited_for.set()
        try:
            async with asyncio.timeout(FLUSH_S), self._gone_on:
                await self._gone_on.wait_for(lambda: self._kept >= given)
        except TimeoutError:
            self._keep_in_file()

    async def committed(self, within_s: float) -> None:
        """Wait until everything handed in so far is in the database, or that long."""
        given = self._given
        self._waited_for.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s), self._gone_on:
                await self._gone_on.wait_for(lambda: self._written >= given)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write inside this block; what is left at its end is written before it is left."""
        if self._local is not None:
            for entry in self._local.left_over():
                self._put(entry)
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(self._write_for_ever())
            try:
                yield
            finally:
                await self._drain()
                writer.cancel()
                if self._local is not None:
                    self._local.close()

    def _put(self, entry: Entry) -> None:
        self._waiting.append(entry)
        self._given += 1
        self._arrived.set()

    async def _write_for_ever(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                await self._gather()
                is_written = await self._write_batch()
                if not is_written:
                    self._keep_in_file()
                async with self._gone_on:
                    self._gone_on.notify_all()
                if not is_written:
                    await asyncio.sleep(RETRY_S)
            if self._local is not None:
                self._local.clear()

    async def _gather(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(GATHER_S):
                await self._waited_for.wait()
        self._waited_for.clear()

    async def _write_batch(self) -> bool:
        """Whether something was written (or set aside); False when the database is away."""
        batch = list(islice(self._waiting, BATCH))
        latest = entries.latest(batch)
        try:
            if await self._refused(latest) is not None:
                await self._commit_one_by_one(latest)
        except DatabaseAway as exc:
            if not self.is_away:
                log.error("journal_not_written", error=type(exc.__cause__ or exc).__name__)
            self.is_away = True
            return False
        if self.is_away:
            log.warning("journal_written_again", waiting=len(self._waiting))
        self.is_away = False
        for _ in batch:
            self._waiting.popleft()
        self._in_file = max(0, self._in_file - len(batch))
        self._written += len(batch)
        self._kept = max(self._kept, self._written)
        return True

    def _keep_in_file(self) -> None:
        """Nobody waits for a database that is away."""
        self._kept = self._given
        if self._local is None:
            return
        try:
            self._local.append(islice(self._waiting, self._in_file, None))
            self._in_file = len(self._waiting)
        except OSError as exc:
            log.error("local_journal_not_written", error=type(exc).__name__)

    async def _refused(self, batch: Sequence[Entry]) -> Exception | None:
        """Commit them; what the database has against them. Raises `DatabaseAway`."""
        try:
            with translated():
                async with self._database.transaction() as uow:
                    await entries.write(batch, uow)
        except DatabaseAway:
            raise
        except Exception as exc:  # noqa: BLE001 - every driver refuses a row in its own way
            return exc
        return None

    async def _commit_one_by_one(self, batch: Sequence[Entry]) -> None:
        """A row that can never be stored must not hold up those of every other call."""
        for entry in batch:
            refusal = await self._refused([entry])
            if refusal is not None:
                log.error("journal_row_set_aside", error=type(refusal).__name__)

    async def _drain(self) -> None:
        await self.committed(DRAIN_S)
        if self._waiting:
            log.error("journal_not_drained", waiting=len(self._waiting))
