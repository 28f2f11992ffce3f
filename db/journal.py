"""Writes that a live call must not wait for.

One task per process commits what it has been handed in batches, in order. A
database that fails is tried again with everything kept; words are never
dropped. At most the last fraction of a second is lost in a crash.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Any, Protocol

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from receptionist.ports.records import ActionRecord, EndedBy, TurnRecord, UnitOfWork

log = structlog.get_logger()
RETRY_S = 0.5
AWAY = (OperationalError, InterfaceError, OSError)
BATCH = 200
Write = Callable[[UnitOfWork], Awaitable[None]]


class _Transactions(Protocol):
    def transaction(self) -> AbstractAsyncContextManager[UnitOfWork]: ...


class SqlJournal:
    """Fulfil `Journal`."""

    def __init__(self, database: _Transactions) -> None:
        self._database = database
        self._waiting: deque[Write] = deque()
        self._arrived = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()

    def turn(self, turn: TurnRecord) -> None:
        """Keep a turn."""
        self._put(lambda uow: uow.turns.save([turn]))

    def action(self, action: ActionRecord) -> None:
        """Keep an action."""
        self._put(lambda uow: uow.actions.save([action]))

    def state(self, call_sid: str, state: Mapping[str, Any]) -> None:
        """Keep what another process needs to go on."""
        self._put(lambda uow: uow.calls.set_state(call_sid, state))

    def outcome(self, call_sid: str, outcome: str) -> None:
        """Keep what the call came to."""
        self._put(lambda uow: uow.calls.set_outcome(call_sid, outcome))

    def ended(self, call_sid: str, ended_by: EndedBy, at: datetime) -> None:
        """Keep how the call ended."""
        self._put(lambda uow: uow.calls.end(call_sid, ended_by, at))

    async def flush(self) -> None:
        """Wait until everything handed in so far is committed."""
        if self._waiting:
            self._empty.clear()
        await self._empty.wait()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write inside this block; what is left at its end is written before it is left."""
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(self._write_for_ever())
            try:
                yield
            finally:
                await self._drain()
                writer.cancel()

    def _put(self, write: Write) -> None:
        self._waiting.append(write)
        self._empty.clear()
        self._arrived.set()

    async def _write_for_ever(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                if not await self._write_batch():
                    await asyncio.sleep(RETRY_S)
            self._empty.set()

    async def _write_batch(self) -> bool:
        """Whether something was written (or set aside); False when the database is away."""
        batch = [self._waiting[index] for index in range(min(BATCH, len(self._waiting)))]
        try:
            try:
                await self._commit(batch)
            except AWAY:
                raise
            except Exception:  # noqa: BLE001 - whichever row it was is found below
                await self._commit_one_by_one(batch)
        except AWAY as exc:
            log.error("journal_not_written", error=type(exc).__name__, waiting=len(self._waiting))
            return False
        for _ in batch:
            self._waiting.popleft()
        return True

    async def _commit(self, batch: Sequence[Write]) -> None:
        async with self._database.transaction() as uow:
            for write in batch:
                await write(uow)

    async def _commit_one_by_one(self, batch: Sequence[Write]) -> None:
        """A row that can never be stored must not hold up those of every other call."""
        for write in batch:
            try:
                await self._commit([write])
            except AWAY:
                raise
            except Exception as exc:  # noqa: BLE001 - it is set aside, whatever it was
                log.error("journal_row_set_aside", error=type(exc).__name__)

    async def _drain(self) -> None:
        try:
            async with asyncio.timeout(10):
                await self._empty.wait()
        except TimeoutError:
            log.error("journal_lost", waiting=len(self._waiting))
