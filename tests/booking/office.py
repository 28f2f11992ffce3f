"""A server process with many callers, for tests in which several share a database and a calendar.

`python -m tests.booking.office --database URL --google URL --key-file FILE --callers 50 --name a`
says `ready`. Each line on its standard input is a round: the start of a slot, which all its
callers want at once. It answers with a line of JSON: what they were told.
"""

import argparse
import asyncio
import json
import logging
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from db import Pool, open_database
from providers.calendar.google import GoogleCalendar, read_account
from receptionist.domain.practice import Practice
from tests.booking.surgery import Desk, utc_now

SERVICE = "Blood test"
LOOK_FIRST = 16
"""So many of a process's callers look first; the others insist on the time at once."""


async def _call(
    desk: Desk, practice: Practice, call_sid: str, start: datetime, *, looks: bool
) -> str:
    """What becomes of one caller who wants that slot and no other."""
    if looks:
        until = (start + timedelta(minutes=15)).time()
        await desk.ask(
            *("check_availability", practice, call_sid, "look"),
            service=SERVICE,
            date_from=start.date(),
            time_from=start.time(),
            time_to=until,
        )
    wish: dict[str, Any] = {"service": SERVICE, "start": start, "caller_name": "Anna Smith"}
    answer = await desk.ask("schedule_appointment", practice, call_sid, "book", **wish)
    if answer["ok"]:
        return "booked"
    if call_sid.endswith(("1", "3", "5", "7", "9")):
        await desk.hang_up(call_sid)  # The others go on thinking, with their offers held.
    offers = [offer["start"] for offer in answer["offers"]]
    if start.isoformat() in offers:
        return "offered the same slot"
    return "offered others" if offers else "offered nothing"


async def _round(desk: Desk, practice: Practice, sids: list[str], start: datetime) -> Counter[str]:
    async with asyncio.TaskGroup() as group:
        calls = [
            group.create_task(_call(desk, practice, sid, start, looks=number < LOOK_FIRST))
            for number, sid in enumerate(sids)
        ]
    for sid in sids:
        await desk.hang_up(sid)
    return Counter(task.result() for task in calls)


async def _serve(given: argparse.Namespace) -> None:
    # Fifty callers at once share ten connections: on a busy machine that takes its time. More of
    # them, times four processes, and a server of other tests as well would have none left.
    database = open_database(given.database, Pool(size=5, overflow=5, wait_s=60.0))
    await database.start()
    calendar = GoogleCalendar(read_account(given.key_file), given.google, timeout_s=2.0)
    ahead = timedelta(seconds=given.ahead)
    desk = Desk(database, calendar, lambda: utc_now() + ahead)
    async with database.reading() as uow:
        (practice,) = await uow.practices.all()
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
    )
    async with desk.desk.running():
        print("ready", flush=True)
        while line := (await lines.readline()).decode().strip():
            start = datetime.fromisoformat(line).astimezone(practice.zone)
            sids = [f"CA-{given.name}-{start:%m%d%H%M}-{number}" for number in range(given.callers)]
            print(json.dumps(await _round(desk, practice, sids, start)), flush=True)
    await calendar.close()
    await database.aclose()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--google", required=True)
    parser.add_argument("--key-file", type=Path, required=True)
    parser.add_argument("--callers", type=int, default=1)
    parser.add_argument("--name", default="a")
    parser.add_argument("--ahead", type=float, default=0.0)
    # Standard output is for answers.
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=quiet)
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
