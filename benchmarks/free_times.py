"""How long a caller waits to be told free times, with Google's busy times known and not.

`python -m benchmarks.free_times` prints medians in milliseconds for both databases. Google is the
tests' emulator, `--google-ms` away; "known" is what every look of a call is whose ring it was.
"""

import argparse
import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

from providers.calendar.google import GoogleCalendar, read_account
from receptionist.booking.remembered_busy import FRESH
from tests.booking.surgery import KIM, LEE, QUARTER, Surgery, open_practice, open_surgery
from tests.booking.test_book import offers
from tests.emulators.google import GoogleEmulator
from tests.servers import fresh_database

MEETINGS = 40


async def _looks(surgery: Surgery, looks: int, *, known: bool) -> float:
    took = []
    for number in range(looks):
        if known:
            await surgery.desk.desk.book.prepare(surgery.practice)
        else:
            surgery.clock.now += FRESH
        began = time.perf_counter()
        found = await offers(surgery, f"CA{known}{number}")
        took.append(time.perf_counter() - began)
        if not found:
            raise SystemExit("nothing was free: nothing was measured")
    return median(took) * 1000


async def _measure(kind: str, google_ms: float, looks: int) -> tuple[float, float]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = await stack.enter_async_context(fresh_database(kind, folder))
        google = await stack.enter_async_context(GoogleEmulator())
        for calendar_id in (LEE, KIM):
            google.add_calendar(calendar_id, timezone="America/New_York")
        account = read_account(google.write_key_file(folder / "key.json"))
        calendar = GoogleCalendar(account, google.base_url)
        stack.push_async_callback(calendar.close)
        surgery = open_surgery(database, google, calendar, await open_practice(database))
        for number in range(MEETINGS):
            surgery.meeting(surgery.ten + 8 * number * QUARTER)
        await surgery.desk.desk.book.prepare(surgery.practice)  # The token is fetched once.
        google.latency_s = google_ms / 1000
        asked = await _looks(surgery, looks, known=False)
        return asked, await _looks(surgery, looks, known=True)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--google-ms", type=float, default=200.0)
    parser.add_argument("--looks", type=int, default=30)
    given = parser.parse_args()
    print(f"Google {given.google_ms:g} ms away, median of {given.looks} looks, ms")
    for kind in ("sqlite", "postgresql"):
        asked, known = asyncio.run(_measure(kind, given.google_ms, given.looks))
        print(f"{kind:10}  asked {asked:6.1f}   known {known:6.1f}")


if __name__ == "__main__":
    main()
