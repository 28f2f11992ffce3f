"""The database's schema: which one it has, and whether it may be changed now."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION = Table("alembic_version", MetaData(), Column("version_num", String))


def newest() -> str:
    """The revision of the last step, which its file's name begins with.

    Alembic would import every step to say so, and itself: a twelfth of a start.
    """
    return max(step.name for step in (MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]


def is_newest(connection: Connection) -> bool:
    """Whether the database has it."""
    if not inspect(connection).has_table(VERSION.name):
        return False
    return connection.scalars(select(VERSION.c.version_num)).all() == [newest()]


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
