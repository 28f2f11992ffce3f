"""Every handler is asked against a real database."""

import pytest

from db import SqlDatabase
from tests.handlers.clinic import Clinic, open_clinic


@pytest.fixture
async def clinic(database: SqlDatabase) -> Clinic:
    return await open_clinic(database)
