"""A PostgreSQL that says nothing: found out quickly, and left at once.

A server that hangs, or a network that swallows packets, closes no connection. Without a bound
whoever asks next waits until the kernel gives up, a quarter of an hour later.
"""

import asyncio
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import await_only

PING_S = 1.0
"""Every unit of work asks for a sign of life first."""


def leave_silent_connections(engine: AsyncEngine) -> None:
    """A connection without a sign of life is replaced; nobody says goodbye to it."""
    dialect: Any = engine.sync_engine.dialect

    def ping(connection: Any) -> bool:
        return await_only(_answers(connection.driver_connection))

    def terminate(connection: Any) -> None:
        # The dialect's own way waits two seconds for each of them to be answered.
        connection.driver_connection.terminate()

    dialect.do_ping, dialect.do_terminate = ping, terminate


async def _answers(connection: Any) -> bool:
    try:
        async with asyncio.timeout(PING_S):
            # Without a prepared statement: a pooler between us may give out another server.
            await connection.execute(";")
    except Exception:  # noqa: BLE001 - whatever it is, a new connection tells what is wrong
        connection.terminate()
        return False
    return True
