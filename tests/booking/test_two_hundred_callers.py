"""Two hundred callers at once for one slot, while Google fails in every way it can.

Real processes over a real database; Google is the emulator in a process of its own. Each
round is another slot and another kind of trouble, which ends when every caller has an answer.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from db import SqlDatabase, open_database
from receptionist.ports.records import ListQuery
from tests.booking.surgery import KIM, LEE, booked, open_practice, unfinished, utc_now
from tests.emulators.google_process import control, google_process
from tests.servers import postgresql

pytestmark = pytest.mark.call

CALLERS = 200
QUARTER = timedelta(minutes=15)
Arm = Callable[[str, datetime], Awaitable[None]]


def failing(*faults: tuple[str, str, int]) -> Arm:
    """Operations, what is wrong with them, and how often."""

    async def arm(google: str, _slot: datetime) -> None:
        for operation, kind, times in faults:
            await control(google, "fail", operation=operation, kind=kind, times=times)

    return arm


def person_after(operation: str) -> Arm:
    """Somebody puts a meeting there just after that request of ours was served."""

    async def arm(google: str, slot: datetime) -> None:
        meeting = {"calendar_id": LEE, "start": slot, "end": slot + QUARTER, "summary": "Meeting"}
        await control(google, "then", operation=operation, edit="human_adds", arguments=meeting)

    return arm


FAULTS: dict[str, Arm] = {
    "lost answers, 403 rate limits, 500 and worse": failing(
        *(("insert", kind, 1) for kind in ("lost", "rate_limited", "500")),
        *(("get", kind, 1) for kind in ("429", "lost")),
        *(("freeBusy", "lost", 5), ("freeBusy", "unknown_busy", 20), ("list", "lost", 5)),
        *(("*", kind, 10) for kind in ("user_rate_limited", "quota", "503", "garbage", "muddle")),
        *(("*", kind, 10) for kind in ("drop", "reset")),
    ),
    "hangs": failing(
        *(("freeBusy", "hang", 10), ("list", "hang", 10)),
        *(("insert", "hang", 1), ("insert", "lost_hang", 1)),
    ),
}
PEOPLE: dict[str, Arm] = {
    "a person between check and commit": person_after("list"),
    "a person while it is written": person_after("insert"),
}


@dataclass
class Offices:
    """The server processes and what they share."""

    database: SqlDatabase
    google: str
    processes: list[asyncio.subprocess.Process]
    corrected: int = 0
    """Callers whose booking gave way to a person's event after they had hung up."""

    async def told(self, slot: datetime) -> Counter[str]:
        """Let every process's callers want the slot at once; what they were told."""
        for process in self.processes:
            assert process.stdin is not None
            process.stdin.write(f"{slot.isoformat()}\n".encode())
        found: Counter[str] = Counter()
        for process in self.processes:
            assert process.stdout is not None
            found.update(json.loads(await process.stdout.readline()))
        return found

    async def until_quiet(self, within_s: float) -> float:
        """Wait until nothing is pending; how long that took."""
        began = utc_now()
        async with asyncio.timeout(within_s):
            while await unfinished(self.database):
                await asyncio.sleep(0.1)
        return (utc_now() - began).total_seconds()

    async def events(self, slot: datetime) -> list[Any]:
        """What is in the calendar at that time."""
        return [
            event
            for event in await control(self.google, "events", calendar_id=LEE)
            if datetime.fromisoformat(event["start"]["dateTime"]) == slot
        ]

    async def one_after_another(self, rounds: dict[str, Arm]) -> None:
        """Every round; prints its counts."""
        zone = ZoneInfo("America/New_York")
        day = utc_now().astimezone(zone).date() + timedelta(days=3)
        for name, arm in rounds.items():
            slot = datetime.combine(day, time(10), zone).astimezone(UTC)
            await arm(self.google, slot)
            began = utc_now()
            told = await self.told(slot)
            answered_s = (utc_now() - began).total_seconds()
            await control(self.google, "clear_faults")
            quiet_s = await self.until_quiet(within_s=40)
            rows = [row for row in await booked(self.database) if row.start == slot]
            events = [event["summary"] for event in await self.events(slot)]
            print(
                f"\n{name}: {dict(told)}; in the database {len(rows)}, in the calendar "
                f"{len(events)}; all answered in {answered_s:.1f} s, "
                f"nothing pending {quiet_s:.1f} s later"
            )
            assert told["booked"] + told["offered others"] == CALLERS, name
            if arm in PEOPLE.values():
                await self.check_the_person_won(told, len(rows), events)
            else:
                assert (told["booked"], len(rows), len(events)) == (1, 1, 1), name
            day += timedelta(days=1)

    async def check_the_person_won(self, told: Counter[str], rows: int, events: list[str]) -> None:
        """Whoever was told too early that it is booked is told otherwise by staff."""
        async with self.database.reading() as uow:
            tasks = (await uow.messages.list(ListQuery())).items
        assert (rows, events) == (0, ["Meeting"])
        assert told["booked"] <= 1
        self.corrected += told["booked"]
        assert len(tasks) == self.corrected


@asynccontextmanager
async def offices(url: str, folder: Path, processes: int) -> AsyncIterator[Offices]:
    """So many servers, ready for their callers."""
    database = open_database(url)
    await database.start()
    await database.upgrade()
    await open_practice(database)
    key_file = folder / "key.json"
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.aclose)
        google = await stack.enter_async_context(google_process(key_file, LEE, KIM))
        running = [
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.booking.office", "--name", f"p{number}"),
                *("--database", url, "--google", google, "--key-file", str(key_file)),
                *("--callers", str(CALLERS // processes)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            for number in range(processes)
        ]
        try:
            for process in running:
                assert process.stdout is not None
                assert (await process.stdout.readline()).strip() == b"ready"
            yield Offices(database, google, running)
        finally:
            for process in running:
                assert process.stdin is not None
                process.stdin.close()
                await process.wait()


@pytest.mark.parametrize("rounds", [FAULTS, PEOPLE], ids=["faults", "people"])
async def test_of_two_hundred_callers_one_gets_the_slot_on_sqlite(
    tmp_path: Path, rounds: dict[str, Arm]
) -> None:
    async with offices(f"sqlite:///{tmp_path / 'test.db'}", tmp_path, processes=1) as shared:
        await shared.one_after_another(rounds)


@pytest.mark.server
@pytest.mark.parametrize("rounds", [FAULTS, PEOPLE], ids=["faults", "people"])
async def test_of_two_hundred_callers_one_gets_the_slot_on_postgresql(
    tmp_path: Path, rounds: dict[str, Arm]
) -> None:
    async with postgresql() as url, offices(url, tmp_path, processes=4) as shared:
        await shared.one_after_another(rounds)
