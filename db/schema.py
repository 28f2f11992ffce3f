"""The database's schema: which one it has, and the way to another."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

MIGRATIONS = Path(__file__).parent / "migrations"


@asynccontextmanager
async def tables_replaceable(connection: AsyncConnection) -> AsyncIterator[None]:
    """Inside this block SQLite lets a table go that others refer to.

    It changes many a table by making it anew. Dropping the old one would take along, or stumble
    over, whatever refers to it. Within a transaction it does not listen, so this comes before one.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = (await connection.get_raw_connection()).driver_connection
    await driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        await driver.execute("PRAGMA foreign_keys=ON")


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Towards newer ones."""
    with _checked(connection):
        command.upgrade(_config(connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Towards older ones."""
    with _checked(connection):
        command.downgrade(_config(connection), revision)


def is_head(connection: Connection) -> bool:
    """Whether it is the newest."""
    heads = set(ScriptDirectory.from_config(_config()).get_heads())
    return set(MigrationContext.configure(connection).get_current_heads()) == heads


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _checked(connection: Connection) -> Iterator[None]:
    """Nothing refers to what is gone, though SQLite was not looking."""
    before = MigrationContext.configure(connection).get_current_heads()
    yield
    after = MigrationContext.configure(connection).get_current_heads()
    if connection.dialect.name == "sqlite" and after != before:
        lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if lost:
            raise IntegrityError(f"{len(lost)} rows refer to what is gone", None, ValueError())
