"""The database, for a command: opened and current, or one sentence about why not."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

from db import SqlDatabase
from receptionist.bootstrap.preparing import opened_database
from receptionist.errors import ConfigurationError, DatabaseAway, ReceptionistError
from receptionist.settings import Settings

CANNOT_BE_OPENED = "the database cannot be opened"
OLD_SCHEMA = "the database's schema is old; run receptionist db upgrade"


@contextmanager
def reached() -> Iterator[None]:
    """Opening a database inside this block fails as `ConfigurationError`, whatever its driver."""
    try:
        yield
    except DatabaseAway as exc:
        raise ConfigurationError([f"DATABASE_URL: {CANNOT_BE_OPENED}"]) from exc
    except ReceptionistError:
        raise
    except Exception as exc:  # every driver has its own errors, and their texts hold addresses
        words = f"{CANNOT_BE_OPENED} ({type(exc).__name__})"
        raise ConfigurationError([f"DATABASE_URL: {words}"]) from exc


@asynccontextmanager
async def current_database(settings: Settings) -> AsyncIterator[SqlDatabase]:
    """For a command that needs the tables. Raises `ReceptionistError`."""
    async with AsyncExitStack() as stack:
        with reached():
            database = await stack.enter_async_context(opened_database(settings))
            current = await database.is_current()
        if not current:
            raise ReceptionistError(OLD_SCHEMA)
        yield database
