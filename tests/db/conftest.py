"""Every database test runs on SQLite and on PostgreSQL."""

import pytest

from db import SqlDatabase


@pytest.fixture
def database(either_database: SqlDatabase) -> SqlDatabase:
    return either_database
