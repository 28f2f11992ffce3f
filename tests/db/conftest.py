"""Every database test runs on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from db import SqlDatabase, open_database
from tests.postgres import drop_database, make_database, server_url


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)],
)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SqlDatabase]:
    server, name = None, ""
    url = f"sqlite:///{tmp_path / 'test.db'}"
    if request.param == "postgresql":
        server = await server_url()
        if server is None:
            pytest.skip("no PostgreSQL here: set TEST_DATABASE_URL")
        url, name = await make_database(server)
    opened = open_database(url)
    await opened.start()
    await opened.upgrade()
    try:
        yield opened
    finally:
        await opened.aclose()
        if server is not None:
            await drop_database(server, name)
