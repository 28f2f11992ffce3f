"""What is left of a process that was killed."""

import asyncio
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db import open_database

pytestmark = pytest.mark.call

WRITER = """
import asyncio, sys
from datetime import UTC, datetime
from db import open_database
from receptionist.ports.records import TurnRecord

async def main():
    database = open_database(sys.argv[1])
    await database.start()
    for number in range(1, 100000):
        at = datetime.now(UTC)
        database.journal.turn(TurnRecord("CA1", number, at, f"words {number}", "", ""))
        if number % 20 == 0:
            await database.journal.flush()
            print(number, flush=True)
        else:
            await asyncio.sleep(0)

asyncio.run(main())
"""


@pytest.mark.parametrize("acknowledged", [20, 100, 340])
async def test_after_kill_9_everything_acknowledged_is_there_and_nothing_is_missing_between(
    tmp_path: Path, acknowledged: int
) -> None:
    url = f"sqlite:///{tmp_path / 'test.db'}"
    database = open_database(url)
    await database.start()
    await database.upgrade()
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, url, stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout is not None
    while int(await writer.stdout.readline()) < acknowledged:
        pass

    writer.send_signal(signal.SIGKILL)
    await writer.wait()
    last = [int(line) for line in (await writer.stdout.read()).split()]

    async with database.reading() as uow:
        numbers = [turn.number for turn in await uow.turns.of_call("CA1")]
    await database.aclose()
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= max([acknowledged, *last])


async def test_what_a_stopping_process_was_handed_is_written_before_it_goes(
    tmp_path: Path,
) -> None:
    from receptionist.ports.records import TurnRecord

    url = f"sqlite:///{tmp_path / 'test.db'}"
    database = open_database(url)
    await database.start()
    await database.upgrade()
    for number in range(500):
        database.journal.turn(TurnRecord("CA1", number, datetime.now(UTC), "words", "", ""))
    await database.aclose()

    again = open_database(url)
    await again.start()
    async with again.reading() as uow:
        found = await uow.turns.of_call("CA1")
    await again.aclose()
    assert len(found) == 500
