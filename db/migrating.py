"""The way from one schema to another, with Alembic; imported only when there is one to go."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from db.schema import MIGRATIONS


def upgrade(connection: Connection, revision: str) -> None:
    """Towards newer ones."""
    with _checked(connection):
        command.upgrade(_config(connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Towards older ones."""
    with _checked(connection):
        command.downgrade(_config(connection), revision)


def _config(connection: Connection) -> Config:
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
