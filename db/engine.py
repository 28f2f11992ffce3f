"""The database: engine, transactions, schema.

SQLite in WAL mode with one writer at a time in this process (concurrent
writers reach 300 ms at the 99th percentile otherwise); PostgreSQL with a pool.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, event, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from db.journal import SqlJournal
from db.unit_of_work import SqlUnitOfWork
from receptionist.errors import ConfigurationError

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgres": "postgresql+asyncpg"}
DRIVERS["postgresql"] = DRIVERS["postgres"]
MIGRATIONS = Path(__file__).parent / "migrations"


def async_url(url: str) -> URL:
    """The URL with its asynchronous driver. Raises `ConfigurationError`."""
    expected = "expected sqlite:///path/to/file.db or postgresql://user:password@host/name"
    try:
        parsed = make_url(url)
    except ArgumentError as exc:
        raise ConfigurationError([f"DATABASE_URL: {expected}"]) from exc
    driver = DRIVERS.get(parsed.drivername.split("+")[0])
    if driver is None:
        raise ConfigurationError([f"DATABASE_URL: {expected}"])
    return parsed.set(drivername=driver)


def open_database(url: str) -> "SqlDatabase":
    """The database of that URL; nothing is connected before `start`."""
    try:
        return SqlDatabase(async_url(url))
    except NoSuchModuleError as exc:
        raise ConfigurationError(["DATABASE_URL: its driver is not installed"]) from exc


class SqlDatabase:
    """Fulfil `Database`, and keep the journal."""

    def __init__(self, url: URL) -> None:
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self._url = url
        self._engine = _engine(url, is_sqlite=self.is_sqlite)
        self._writing = asyncio.Lock()
        self._journal = SqlJournal(self)
        self._stack = AsyncExitStack()
        self._is_current = False

    @property
    def journal(self) -> SqlJournal:
        """The batching writer of this process."""
        return self._journal

    async def start(self) -> None:
        """Begin to write what the journal is given."""
        if self.is_sqlite and self._url.database and self._url.database != ":memory:":
            folder = Path(self._url.database).parent
            await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        await self._stack.enter_async_context(self._journal.running())

    async def aclose(self) -> None:
        """Write what is left and let go of every connection."""
        await self._stack.aclose()
        await self._engine.dispose()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[SqlUnitOfWork]:
        """Commit at the end of the block, roll back when it raises."""
        async with AsyncExitStack() as stack:
            if self.is_sqlite:
                await stack.enter_async_context(self._writing)
            connection = await stack.enter_async_context(self._engine.begin())
            yield SqlUnitOfWork(connection)

    async def upgrade(self) -> None:
        """Migrate to the newest schema."""
        async with self._engine.begin() as connection:
            await connection.run_sync(_upgrade)

    async def is_current(self) -> bool:
        """Whether the schema is the newest; once it is, it is not asked again."""
        if not self._is_current:
            async with self._engine.connect() as connection:
                self._is_current = await connection.run_sync(_is_head)
        else:
            async with self._engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        return self._is_current


def _engine(url: URL, *, is_sqlite: bool) -> AsyncEngine:
    if not is_sqlite:
        return create_async_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True)
    engine = create_async_engine(url, connect_args={"timeout": 15})

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        # IMMEDIATE: a reader that turns writer half-way would find the database locked.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    command.upgrade(_config(connection), "head")


def _is_head(connection: Connection) -> bool:
    heads = set(ScriptDirectory.from_config(_config()).get_heads())
    return set(MigrationContext.configure(connection).get_current_heads()) == heads
