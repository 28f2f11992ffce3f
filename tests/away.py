"""A database that can be away, as often as a test wants."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from db import SqlDatabase
from receptionist.errors import DatabaseAway
from receptionist.ports.records import UnitOfWork


class SometimesAway:
    """Fulfil `Database` over a real one."""

    def __init__(self, database: SqlDatabase, *, is_away: bool = False) -> None:
        self.database = database
        self.is_away = is_away
        self.is_settling = False
        self.asked = 0

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[UnitOfWork]:
        self._reach()
        async with self.database.reading() as uow:
            yield uow

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[UnitOfWork]:
        self._reach()
        async with self.database.transaction() as uow:
            yield uow

    def _reach(self) -> None:
        self.asked += 1
        if self.is_away:
            raise DatabaseAway
