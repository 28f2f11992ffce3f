"""Databases and Redis for tests: fresh ones, or a test that says it cannot run here."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import redis.asyncio

from db import SqlDatabase, open_database
from tests.postgres import drop_database, make_database, server_url

REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.server))
"""For fixtures that are to be had on either database."""


@asynccontextmanager
async def postgresql() -> AsyncIterator[str]:
    """The URL of an empty database of one's own; gone afterwards."""
    server = await server_url()
    if server is None:
        pytest.skip("no PostgreSQL here: set TEST_DATABASE_URL")
    url, name = await make_database(server)
    try:
        yield url
    finally:
        await drop_database(server, name)


@asynccontextmanager
async def fresh_database(kind: str, folder: Path) -> AsyncIterator[SqlDatabase]:
    """`sqlite`, in a file of that folder, or `postgresql`; with the newest schema and empty."""
    async with AsyncExitStack() as stack:
        url = f"sqlite:///{folder / 'test.db'}"
        if kind == "postgresql":
            url = await stack.enter_async_context(postgresql())
        database = open_database(url)
        await database.start()
        stack.push_async_callback(database.aclose)
        await database.upgrade()
        yield database


async def redis_url() -> str:
    """Where Redis is."""
    client = redis.asyncio.Redis.from_url(REDIS, socket_connect_timeout=1)
    try:
        await client.ping()
    except (redis.exceptions.RedisError, OSError):
        pytest.skip("no Redis here: set TEST_REDIS_URL")
    finally:
        await client.aclose()
    return REDIS
