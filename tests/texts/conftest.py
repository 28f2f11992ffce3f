"""Texts are tested over a real database."""

import pytest

from db import SqlDatabase
from tests.texts.clinic import TextingClinic, open_texting_clinic


@pytest.fixture
async def clinic(database: SqlDatabase) -> TextingClinic:
    return await open_texting_clinic(database)
