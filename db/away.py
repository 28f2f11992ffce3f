"""Telling a database that is away from a row that cannot be stored."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from receptionist.errors import DatabaseAway

AWAY = (
    OperationalError,
    InterfaceError,
    PoolTimeout,
    OSError,
    TimeoutError,
    DatabaseAway,
)
STATES = ("08", "28", "53", "57P")
"""SQLSTATE classes: connection lost, we are not let in, out of resources, shut down or not up yet.

Not let in: a password was changed, say. What was to be written is as good as before.
"""
TOO_MANY_CONNECTIONS = "53300"


def is_away(exc: BaseException) -> bool:
    """Whether asking again later may help."""
    if isinstance(exc, AWAY):
        return True
    if isinstance(exc, DBAPIError) and exc.connection_invalidated:
        return True
    # The dialect has no class of its own for a server that is going down, and while a
    # connection is made the driver's errors come as they are.
    cause = exc.orig if isinstance(exc, DBAPIError) else exc
    return str(getattr(cause, "sqlstate", None) or "").startswith(STATES)


def is_full(exc: BaseException) -> bool:
    """Whether the server has no connection left; others give theirs back all the time."""
    cause = exc.orig if isinstance(exc, DBAPIError) else exc
    return getattr(cause, "sqlstate", None) == TOO_MANY_CONNECTIONS


@contextmanager
def translated() -> Iterator[None]:
    """Raise `DatabaseAway` for whatever means that."""
    try:
        yield
    except DatabaseAway:
        raise
    except Exception as exc:  # every driver, and every state of it, has its own
        if is_away(exc):
            raise DatabaseAway from exc
        raise
