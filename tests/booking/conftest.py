"""A database, Google on loopback, and a desk between them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from db import SqlDatabase
from providers.calendar.google import GoogleCalendar, read_account
from receptionist.domain.practice import Practice
from tests.booking.surgery import KIM, LEE, Surgery, open_practice, open_surgery
from tests.emulators.google import GoogleEmulator


@pytest.fixture
async def google() -> AsyncIterator[GoogleEmulator]:
    async with GoogleEmulator() as emulator:
        emulator.add_calendar(LEE, timezone="America/New_York")
        emulator.add_calendar(KIM, timezone="America/New_York")
        yield emulator


@pytest.fixture
async def calendar(google: GoogleEmulator, tmp_path: Path) -> AsyncIterator[GoogleCalendar]:
    account = read_account(google.write_key_file(tmp_path / "key.json"))
    opened = GoogleCalendar(account, google.base_url, timeout_s=2.0)
    yield opened
    google.release.set()
    await opened.close()


@pytest.fixture
async def practice(database: SqlDatabase) -> Practice:
    return await open_practice(database)


@pytest.fixture
def surgery(
    database: SqlDatabase, google: GoogleEmulator, calendar: GoogleCalendar, practice: Practice
) -> Surgery:
    return open_surgery(database, google, calendar, practice)
