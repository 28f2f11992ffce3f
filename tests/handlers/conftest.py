"""Every handler is asked against a real database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from db import SqlDatabase, open_database
from tests.handlers.clinic import Clinic, open_clinic


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqlDatabase]:
    opened = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    await opened.start()
    await opened.upgrade()
    yield opened
    await opened.aclose()


@pytest.fixture
async def clinic(database: SqlDatabase) -> Clinic:
    return await open_clinic(database)
