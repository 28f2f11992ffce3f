"""kill -9 between the commit of a booking and its event in the calendar."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db import SqlDatabase
from receptionist.ports.calendar import event_id_for
from tests.booking.surgery import LEE, PRACTICE, booked, open_practice, unfinished, utc_now
from tests.emulators.google import GoogleEmulator

pytestmark = pytest.mark.call

LATER_S = 120.0
"""After this long what the dead process had in hand is anybody's."""


def ten_o_clock() -> datetime:
    """In three days, at the practice."""
    day = utc_now().astimezone(PRACTICE.zone) + timedelta(days=3)
    return day.replace(hour=10, minute=0, second=0, microsecond=0).astimezone(UTC)


@asynccontextmanager
async def office(
    url: str, google: GoogleEmulator, key_file: Path, *, ahead_s: float = 0.0
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A server process with one caller, ready."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.booking.office", "--ahead", str(ahead_s)),
        *("--database", url, "--google", google.base_url, "--key-file", str(key_file)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert (await process.stdout.readline()).strip() == b"ready"
        yield process
    finally:
        process.stdin.close()
        await process.wait()


async def until_quiet(database: SqlDatabase) -> None:
    """Wait until nothing is left to be done."""
    async with asyncio.timeout(30):
        while await unfinished(database):
            await asyncio.sleep(0.05)


Fault = tuple[str, str]
ANSWERED = ("list", "slow")


@pytest.mark.parametrize(
    ("faults", "asked", "written", "arrives_late"),
    [
        pytest.param([("get", "hold")], ("get", 1), 0, False, id="before the look"),
        pytest.param([("insert", "hold")], ("insert", 1), 0, False, id="before the write"),
        pytest.param([("insert", "hold")], ("insert", 1), 0, True, id="written very late"),
        pytest.param([("insert", "lost_hang")], ("insert", 1), 1, False, id="after the write"),
        # Two are answered: the look before the commit, and the one before the event is written.
        pytest.param(
            [ANSWERED, ANSWERED, ("list", "hold")], ("list", 5), 1, False, id="after its answer"
        ),
    ],
)
async def test_a_booking_whose_process_was_killed_is_in_the_calendar_once(
    database: SqlDatabase,
    google: GoogleEmulator,
    tmp_path: Path,
    faults: list[Fault],
    asked: tuple[str, int],
    written: int,
    arrives_late: bool,
) -> None:
    await open_practice(database)
    url, key_file = f"sqlite:///{tmp_path / 'test.db'}", google.write_key_file(tmp_path / "k.json")
    start = ten_o_clock()

    async with office(url, google, key_file) as process:
        assert process.stdin is not None
        await google.until_asked("list", 2)
        await until_quiet(database)  # Both calendars have been read for the first time.
        for operation, kind in faults:
            google.fail(operation, kind)
        process.stdin.write(f"{start.isoformat()}\n".encode())
        await google.until_asked(*asked)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    (row,) = await booked(database)
    assert len(google.events(LEE)) == written

    google.clear_faults()
    if not arrives_late:
        google.release.set()  # What was held comes through, when nobody waits for it any more.
    async with office(url, google, key_file, ahead_s=LATER_S):
        await until_quiet(database)
    google.release.set()
    await google.until_closed()

    (event,) = google.events(LEE)
    (after,) = await booked(database)
    assert event["id"] == after.calendar_event_id == event_id_for(row.id)
    assert datetime.fromisoformat(event["start"]["dateTime"]) == after.start == row.start == start
