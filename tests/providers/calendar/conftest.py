"""Google on loopback, and the adapter in front of it."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from providers.calendar.google import GoogleCalendar, read_account
from tests.emulators.google import GoogleEmulator
from tests.providers.calendar.contract import CLOSED, KIM, LEE

Open = Callable[..., GoogleCalendar]


@pytest.fixture
async def google() -> AsyncIterator[GoogleEmulator]:
    """LEE and KIM are shared with the service account, CLOSED is not."""
    async with GoogleEmulator() as emulator:
        emulator.add_calendar(LEE, timezone="America/New_York")
        emulator.add_calendar(KIM)
        emulator.add_calendar(CLOSED, role=None)
        yield emulator


@pytest.fixture
async def open_calendar(google: GoogleEmulator, tmp_path: Path) -> AsyncIterator[Open]:
    """Adapters with settings of the test's own."""
    account = read_account(google.write_key_file(tmp_path / "key.json"))
    opened: list[GoogleCalendar] = []

    def open_one(**settings: object) -> GoogleCalendar:
        settings = {"timeout_s": 5.0, **settings}
        opened.append(GoogleCalendar(account, google.base_url, **settings))  # type: ignore[arg-type]
        return opened[-1]

    yield open_one
    google.release.set()
    for calendar in opened:
        await calendar.close()


@pytest.fixture
def calendar(open_calendar: Open) -> GoogleCalendar:
    return open_calendar()


@pytest.fixture
def hasty(open_calendar: Open) -> GoogleCalendar:
    """Gives up on an answer after a second."""
    return open_calendar(timeout_s=1.0)


@pytest.fixture
def people(google: GoogleEmulator) -> GoogleEmulator:
    return google
