"""The database: engine, transactions, schema.

SQLite in WAL mode with one writer at a time in this process (concurrent
writers reach 300 ms at the 99th percentile otherwise); PostgreSQL with a pool.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from db import schema
from db.away import is_full, translated
from db.journal import SqlJournal
from db.silence import leave_silent_connections
from db.unit_of_work import SqlUnitOfWork
from receptionist.errors import ConfigurationError, DatabaseAway
from receptionist.ports.records import EndedBy

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgres": "postgresql+asyncpg"}
DRIVERS["postgresql"] = DRIVERS["postgres"]
READ_ONLY: dict[str, Any] = {"postgresql_readonly": True}
"""PostgreSQL holds to it; on SQLite it is how `BEGIN` knows that nothing will be written."""
SETTLES_S = 2.0
CONNECT_S = 2.0
"""A server that does not answer at all must not keep a caller waiting."""
FULL_S, FULL_PAUSE_S = 2.0, 0.1
"""How long a server that has no connection left is asked again."""
SILENT_S = 2.0
"""After somebody has waited for it in vain, nobody else does for so long."""
UNIT_S = 10.0
"""The longest that a unit of work may take while calls are on the line: a server may fall
silent within it."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Connections to PostgreSQL that one process may hold; on SQLite it means nothing.

    `overflow` more are opened when all `size` are in use, and closed again afterwards.
    Whoever gets none within `wait_s` fails.
    """

    size: int = 10
    overflow: int = 10
    wait_s: float = 10.0


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


def open_database(
    url: str, pool: Pool | None = None, *, journal_folder: Path | None = None
) -> "SqlDatabase":
    """The database of that URL; nothing is connected before `start`.

    `journal_folder` keeps what the journal is given while the database is away.
    """
    try:
        return SqlDatabase(async_url(url), pool, journal_folder)
    except NoSuchModuleError as exc:
        raise ConfigurationError(["DATABASE_URL: its driver is not installed"]) from exc


class SqlDatabase:
    """Fulfil `Database`, and keep the journal."""

    def __init__(
        self, url: URL, pool: Pool | None = None, journal_folder: Path | None = None
    ) -> None:
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self._url = url
        self._engine = _engine(url, pool or Pool(), is_sqlite=self.is_sqlite)
        self._writing = asyncio.Lock()
        self._journal = SqlJournal(self, journal_folder)
        self._stack = AsyncExitStack()
        self._is_current = False
        self._unit_s: float | None = None if self.is_sqlite else UNIT_S
        self._away_s = -SETTLES_S
        """When it was last away, in `time.monotonic()`."""
        self._silent_s = -SILENT_S
        """When somebody last waited for it in vain."""
        self._on_ended: Callable[[EndedBy], None] | None = None

    @property
    def is_settling(self) -> bool:
        """Whether it was away a moment ago: other processes are about to write what they kept."""
        return time.monotonic() - self._away_s < SETTLES_S

    def take_time(self) -> None:
        """Nobody is on the line: work may take as long as it does."""
        self._unit_s = None

    def tell_of_ends(self, told: Callable[[EndedBy], None]) -> None:
        """`told` how a call ended, once it is committed and only by whoever changed its row."""
        self._on_ended = told

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
    async def reading(self) -> AsyncIterator[SqlUnitOfWork]:
        """A snapshot to read from: it waits for no writer and keeps none waiting.

        Raises `DatabaseAway`.
        """
        with self._noticed():
            async with self._connected() as connection:
                connection = await connection.execution_options(**READ_ONLY)
                async with self._in_time(), connection.begin():
                    yield SqlUnitOfWork(connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[SqlUnitOfWork]:
        """Commit at the end of the block, roll back when it raises. Raises `DatabaseAway`."""
        async with AsyncExitStack() as stack:
            if self.is_sqlite:
                await stack.enter_async_context(self._writing)
            stack.enter_context(self._noticed())
            connection = await stack.enter_async_context(self._connected())
            uow = SqlUnitOfWork(connection)
            async with self._in_time(), connection.begin():
                yield uow
        if self._on_ended is not None:
            for ended_by in uow.ended_calls:
                self._on_ended(ended_by)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        gives_up_s = time.monotonic() + FULL_S
        async with AsyncExitStack() as stack:
            while True:
                try:
                    connection = await stack.enter_async_context(self._engine.connect())
                    break
                except Exception as exc:
                    if not is_full(exc) or time.monotonic() >= gives_up_s:
                        raise
                await asyncio.sleep(FULL_PAUSE_S)
            yield connection

    @contextmanager
    def _noticed(self) -> Iterator[None]:
        if time.monotonic() - self._silent_s < SILENT_S:
            raise DatabaseAway
        try:
            with translated():
                yield
        except DatabaseAway as exc:
            self._away_s = time.monotonic()
            if isinstance(exc.__cause__, TimeoutError):
                self._silent_s = self._away_s
            raise

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        # On SQLite others may write for long, and none of them hangs.
        try:
            async with asyncio.timeout(self._unit_s):
                yield
        except TimeoutError:
            raise DatabaseAway from None

    async def upgrade(self, revision: str = "head") -> None:
        """Migrate to the newest schema."""
        if revision == "head" and await self.is_current():
            return
        from db import migrating  # Alembic is large, and most starts find the newest schema.

        await self._migrate(migrating.upgrade, revision)

    async def downgrade(self, revision: str) -> None:
        """Go back to an older schema; `base` leaves no table. What only newer ones hold is lost."""
        from db import migrating

        self._is_current = False
        await self._migrate(migrating.downgrade, revision)

    async def _migrate(self, go: Callable[[Connection, str], None], revision: str) -> None:
        async with (
            self._engine.connect() as connection,
            schema.tables_replaceable(connection),
            connection.begin(),
        ):
            await connection.run_sync(go, revision)

    async def is_current(self) -> bool:
        """Whether the schema is the newest; once it is, it is not asked again.

        Raises `DatabaseAway`.
        """
        with translated():
            async with self._engine.connect() as connection:
                connection = await connection.execution_options(**READ_ONLY)
                if self._is_current:
                    await connection.execute(text("SELECT 1"))
                else:
                    self._is_current = await connection.run_sync(schema.is_newest)
        return self._is_current


def _engine(url: URL, pool: Pool, *, is_sqlite: bool) -> AsyncEngine:
    if not is_sqlite:
        engine = create_async_engine(
            url,
            pool_size=pool.size,
            max_overflow=pool.overflow,
            pool_timeout=pool.wait_s,
            pool_pre_ping=True,
            connect_args={"timeout": CONNECT_S},
        )
        leave_silent_connections(engine)
        return engine
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
        reads = connection.get_execution_options().get("postgresql_readonly", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine
