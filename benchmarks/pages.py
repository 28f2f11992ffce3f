"""How long the staff's pages take with a busy practice's year in the database.

    python -m benchmarks.pages [--calls 100000] [--times 15] [--postgresql URL] [--report FILE]
                               [--only /admin/calls]

Fills a database of its own with calls, turns, actions, messages and appointments, counts the
days as a running server would, then asks for every page and prints each one's median. SQLite is
always measured; PostgreSQL when its server is named (a database is made there and dropped).
"""

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry
from sqlalchemy import Table, insert
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from db import SqlDatabase, open_database
from db.engine import async_url
from db.models.booking import appointments
from db.models.calls import actions, calls, turns
from db.models.staff import messages
from receptionist.numbers.counting import Counting
from receptionist.ports.numbers import VendorErrors
from tests.admin.clinic import PRACTICE, Staff, pages_of, room_of, token
from tests.postgres import drop_database, make_database

DAYS = 365
TURNS_A_CALL = 4
BATCH = 2_000
LIMIT_MS = {"sqlite": 200.0, "postgresql": 100.0}
NOW = datetime.now(UTC)
OUTCOMES = ("booked", "message", "answered", "transferred", "abandoned", "cancelled", "moved")
WORDS = "I would like to come in on Tuesday because of my knee, and my name is"
STAGES = ("recogniser", "model_first_token", "first_sentence", "first_audio", "first_frame")

Row = dict[str, Any]


def pages(call_sid: str, live_sid: str) -> list[str]:
    """Every page that is asked for by its address."""
    return [
        "/admin",
        "/admin?show=urgent",
        "/admin?show=done",
        "/admin/messages/m00000500",
        "/admin/calls",
        "/admin/calls?outcome=booked&ended_by=caller",
        "/admin/calls?outcome=emergency",
        "/admin/calls?channel=phone",
        f"/admin/calls/{call_sid}",
        "/admin/live",
        f"/admin/live/{live_sid}",
        "/admin/calendar",
        "/admin/appointments",
        "/admin/numbers",
        "/admin/numbers?days=365",
        "/admin/numbers/days.csv?days=365",
        "/admin/questions",
        "/admin/settings",
        "/admin/webhooks",
        "/admin/accounts",
        "/admin/audit",
        "/admin/profile",
    ]


def _sid(number: int) -> str:
    return f"CA{number:032x}"


def _call(number: int, count: int, rng: random.Random) -> Row:
    ago = timedelta(days=DAYS) * (1 - number / count)
    started = NOW - ago - timedelta(minutes=10)
    outcome = rng.choice(OUTCOMES)
    still_on = number >= count - 5
    said = [{"caller": f"{WORDS} {n}"} for n in range(TURNS_A_CALL)]
    return {
        "call_sid": _sid(number),
        "practice_id": 1,
        "from_number": f"+1555{rng.randrange(10**7):07d}",
        "to_number": PRACTICE.numbers[0],
        "channel": "stream",
        "started_at": started,
        "ended_at": None if still_on else started + timedelta(seconds=rng.randint(20, 300)),
        "outcome": None if still_on else outcome,
        "ended_by": None if still_on else ("lost" if outcome == "abandoned" else "caller"),
        "state": {"next": "hang_up", "turn": TURNS_A_CALL, "conversation": {"entries": said}},
    }


def _turns(call: Row, rng: random.Random) -> Iterator[Row]:
    for number in range(TURNS_A_CALL + 1):
        timings = {stage: round(rng.lognormvariate(4.5, 0.6), 1) for stage in STAGES}
        yield {
            "call_sid": call["call_sid"],
            "number": number,
            "at": call["started_at"] + timedelta(seconds=8 * number),
            "caller": WORDS if number else "",
            "receptionist": "Dr. Lee has half past ten, or two o'clock. Which would you like?",
            "heard": "Dr. Lee has half past ten,",
            "timings": {**timings, "total": sum(timings.values())} if number else {},
        }


def _action(call: Row, rng: random.Random) -> Row:
    names = ("check_availability", "take_message", "answer_faq", "cancel_appointment")
    return {
        "call_sid": call["call_sid"],
        "tool_call_id": "t1",
        "name": rng.choice(names),
        "arguments": {"service": "Check-up"},
        "result": {"ok": True},
        "at": call["started_at"] + timedelta(seconds=15),
    }


def _message(number: int, call: Row, count: int, rng: random.Random) -> Row:
    is_open = number > count * 0.98
    return {
        "id": f"m{number:08d}",
        "practice_id": 1,
        "call_sid": call["call_sid"],
        "caller_name": f"Caller {number}",
        "phone": call["from_number"],
        "message": f"{WORDS} {number}",
        "urgency": "urgent" if rng.random() < 0.1 else "routine",
        "status": "new" if is_open else "done",
        "created_at": call["started_at"],
        "kind": "message",
        "version": 1,
    }


def _appointment(number: int, call: Row) -> Row:
    start = NOW - timedelta(days=300) + timedelta(minutes=30 * number)
    return {
        "id": f"a{number:08d}",
        "practice_id": 1,
        "call_sid": call["call_sid"],
        "service": "Check-up",
        "practitioner": "Dr. Lee",
        "start": start,
        "end": start + timedelta(minutes=30),
        "blocks_until": start + timedelta(minutes=30),
        "caller_name": f"Caller {number}",
        "phone": call["from_number"],
        "status": "booked",
        "units": [],
        "revision": 1,
        "created_at": call["started_at"],
    }


async def fill(url: str, count: int) -> None:
    """The year."""
    rng = random.Random(7)
    engine = create_async_engine(async_url(url))
    try:
        for first in range(0, count, BATCH):
            numbers = range(first, min(first + BATCH, count))
            some = [_call(number, count, rng) for number in numbers]
            await _insert(engine, calls, some)
            await _insert(engine, turns, [turn for call in some for turn in _turns(call, rng)])
            await _insert(engine, actions, [_action(call, rng) for call in some])
            written = zip(numbers, some, strict=True)
            await _insert(engine, messages, [_message(n, c, count, rng) for n, c in written])
            fifth = [(n, c) for n, c in zip(numbers, some, strict=True) if n % 5 == 0]
            await _insert(engine, appointments, [_appointment(n // 5, c) for n, c in fifth])
        if engine.dialect.name == "postgresql":
            # A server does so by itself within a minute; before, its planner knows of no rows.
            async with engine.begin() as connection:
                await connection.exec_driver_sql("ANALYZE")
    finally:
        await engine.dispose()


async def _insert(engine: AsyncEngine, table: Table, rows: Sequence[Row]) -> None:
    async with engine.begin() as connection:
        await connection.execute(insert(table), list(rows))


async def count_days(database: SqlDatabase) -> float:
    """As a running server would; seconds."""
    began = time.perf_counter()
    counting = Counting(database, lambda: datetime.now(UTC), CollectorRegistry())
    left = True
    while left:
        left = await counting.look()
    errors = [VendorErrors("deepgram", "provider_unavailable", 12)]
    async with database.transaction() as uow:
        await uow.numbers.add_vendor_errors(NOW.date(), errors)
    return time.perf_counter() - began


async def measure(
    database: SqlDatabase, count: int, times: int, only: str = ""
) -> dict[str, float]:
    """Each page's median in milliseconds, of those whose address begins so."""
    staff = Staff(pages_of(room_of(database)), "omar")
    found: dict[str, float] = {}
    asked = [p for p in pages(_sid(count // 2), _sid(count - 1)) if p.startswith(only)]
    for path in asked:
        took = []
        for _ in range(times):
            began = time.perf_counter()
            answer = await staff.get(path)
            took.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, (path, answer.status_code)
        found[path] = statistics.median(took)
    if only:
        await staff.client.aclose()
        return found
    form = {"token": token((await staff.get("/admin")).text), "words": "Caller 77"}
    took = []
    for _ in range(times):
        began = time.perf_counter()
        answer = await staff.client.post("/admin/search", data=form)
        took.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200
    found["POST /admin/search"] = statistics.median(took)
    await staff.client.aclose()
    return found


@asynccontextmanager
async def filled(url: str, count: int) -> AsyncIterator[SqlDatabase]:
    """A database with the year in it."""
    from receptionist.admin.accounts import PasswordAccounts

    database = open_database(url)
    await database.start()
    try:
        await database.upgrade()
        async with database.transaction() as uow:
            await uow.practices.save(PRACTICE)
        await PasswordAccounts(database).add("omar", "manager", by="settings", password="right")
        await fill(url, count)
        yield database
    finally:
        await database.aclose()


async def benchmark(kind: str, url: str, count: int, times: int, only: str = "") -> dict[str, Any]:
    """Fill, count, measure, print."""
    began = time.perf_counter()
    async with filled(url, count) as database:
        filling_s = time.perf_counter() - began
        counting_s = await count_days(database)
        medians = await measure(database, count, times, only)
    print(f"\n{kind}: {count} calls and messages, {count * (TURNS_A_CALL + 1)} turns")
    print(f"filled in {filling_s:.0f} s; {DAYS} days counted in {counting_s:.0f} s")
    for path, ms in medians.items():
        print(f"  {ms:8.1f} ms  {path}{'' if ms <= LIMIT_MS[kind] else '   <-- too slow'}")
    slow = [path for path, ms in medians.items() if ms > LIMIT_MS[kind]]
    print(f"  limit {LIMIT_MS[kind]:.0f} ms: {slow or 'held by every page'}")
    return {"counting_s": round(counting_s, 1), "medians_ms": medians, "too_slow": slow}


async def main() -> int:
    """Both databases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--postgresql", help="a server's URL")
    parser.add_argument("--report", type=Path)
    parser.add_argument("--only", default="", help="pages whose address begins so")
    asked = parser.parse_args()
    report: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/year.db"
        report["sqlite"] = await benchmark("sqlite", url, asked.calls, asked.times, asked.only)
    if asked.postgresql:
        url, name = await make_database(asked.postgresql)
        try:
            found = await benchmark("postgresql", url, asked.calls, asked.times, asked.only)
            report["postgresql"] = found
        finally:
            await drop_database(asked.postgresql, name)
    if asked.report:
        asked.report.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 1 if any(each["too_slow"] for each in report.values()) else 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
