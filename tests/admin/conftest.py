"""Staff pages over a database file of one's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from db import SqlDatabase
from tests.admin.clinic import Staff, filled_file, opened, pages_of, room_of


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqlDatabase]:
    async with opened(filled_file(tmp_path)) as database:
        yield database


@pytest.fixture
def pages(database: SqlDatabase) -> FastAPI:
    return pages_of(room_of(database))


@pytest.fixture
def mia(pages: FastAPI) -> Staff:
    """A member of staff."""
    return Staff(pages, "mia")


@pytest.fixture
def omar(pages: FastAPI) -> Staff:
    """The manager."""
    return Staff(pages, "omar")


@pytest.fixture
def stranger(pages: FastAPI) -> Staff:
    """Nobody's account."""
    return Staff(pages, None)
