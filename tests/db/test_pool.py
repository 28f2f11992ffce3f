"""How many connections to PostgreSQL a process may hold is a setting."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import make_url

from db import Pool, open_database
from receptionist.errors import DatabaseAway
from receptionist.settings import Settings
from tests.servers import postgresql

pytestmark = pytest.mark.server


async def held_by(url: str) -> int:
    """Connections to this database but the one that asks."""
    connection = await asyncpg.connect(url)
    try:
        sql = "SELECT count(*) - 1 FROM pg_stat_activity WHERE datname = current_database()"
        return int(await connection.fetchval(sql))
    finally:
        await connection.close()


async def test_a_process_holds_no_more_connections_than_it_may() -> None:
    async with postgresql() as url:
        database = open_database(url, Pool(size=2, overflow=1, wait_s=0.05))
        async with AsyncExitStack() as stack:
            stack.push_async_callback(database.aclose)
            async with AsyncExitStack() as busy:
                for _ in range(3):
                    await busy.enter_async_context(database.reading())
                held = await held_by(url)
                with pytest.raises(DatabaseAway):
                    await busy.enter_async_context(database.reading())
            async with asyncio.timeout(10):
                while await held_by(url) > 2:
                    await asyncio.sleep(0.02)

    assert held == 3


@asynccontextmanager
async def full_server() -> AsyncIterator[tuple[str, asyncpg.Connection]]:
    """A database that takes one connection more from us, and who holds it."""
    async with postgresql() as url:
        role = f"crowded_{uuid4().hex[:12]}"
        owner = await asyncpg.connect(url)
        await owner.execute(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 1")
        try:
            ours = make_url(url).set(username=role, password=None)
            crowded = ours.render_as_string(hide_password=False)
            yield crowded, await asyncpg.connect(crowded)
        finally:
            await owner.execute(f"DROP ROLE {role}")
            await owner.close()


async def test_a_full_server_is_asked_again_until_somebody_leaves() -> None:
    async with full_server() as (url, other):
        database = open_database(url)
        leaves = asyncio.get_running_loop().call_later(0.3, other.terminate)
        async with database.reading():
            let_in_s = asyncio.get_running_loop().time()
        await database.aclose()

    assert let_in_s >= leaves.when()


async def test_a_server_that_stays_full_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.engine.FULL_S", 0.2)

    async with full_server() as (url, other):
        database = open_database(url)
        with pytest.raises(DatabaseAway):
            async with database.reading():
                pass
        await other.close()
        await database.aclose()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_POOL_SIZE", "0"),
        ("DATABASE_POOL_OVERFLOW", "-1"),
        ("DATABASE_POOL_WAIT_SECONDS", "0"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317"),
    ],
)
def test_a_size_that_cannot_be_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ValueError, match=name):
        Settings()
