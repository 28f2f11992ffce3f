"""Texts are tested over a real database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from db import SqlDatabase, open_database
from tests.texts.clinic import TextingClinic, open_texting_clinic


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqlDatabase]:
    opened = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    await opened.start()
    await opened.upgrade()
    yield opened
    await opened.aclose()


@pytest.fixture
async def clinic(database: SqlDatabase) -> TextingClinic:
    return await open_texting_clinic(database)
