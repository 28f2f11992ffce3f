"""The emulator as a process of its own, for tests in which several servers share one Google."""

from pathlib import Path

from providers.calendar.google import GoogleCalendar, read_account
from receptionist.domain.opening_hours import Interval
from receptionist.errors import ProviderUnavailable
from tests.emulators.google_process import control, google_process
from tests.providers.calendar.contract import HOUR, LEE, TEN, appointment, busy

MEETING = {"calendar_id": LEE, "start": TEN, "end": TEN + 2 * HOUR, "summary": "x"}


async def test_it_serves_adapters_and_takes_orders(tmp_path: Path) -> None:
    key_file = tmp_path / "key.json"
    async with google_process(key_file, LEE) as url:
        calendar = GoogleCalendar(read_account(key_file), url)
        await calendar.put(LEE, appointment())
        await control(url, "human_adds", **MEETING)
        await control(url, "fail", operation="freeBusy", kind="500")
        failures = [await _fails(calendar), await _fails(calendar)]
        events = await control(url, "events", calendar_id=LEE)
        taken = await busy(calendar)
        await calendar.close()

    assert failures == [True, False]
    assert taken == [Interval(TEN, TEN + 2 * HOUR)]
    assert sorted(event["summary"] for event in events) == ["Check-up", "x"]


async def test_a_person_can_be_had_to_edit_between_two_requests(tmp_path: Path) -> None:
    key_file = tmp_path / "key.json"
    async with google_process(key_file, LEE) as url:
        calendar = GoogleCalendar(read_account(key_file), url)
        await control(url, "then", operation="freeBusy", edit="human_adds", arguments=MEETING)
        before = await busy(calendar)
        after = await busy(calendar)
        await calendar.close()

    assert before == []
    assert after == [Interval(TEN, TEN + 2 * HOUR)]


async def _fails(calendar: GoogleCalendar) -> bool:
    try:
        await busy(calendar)
    except ProviderUnavailable:
        return True
    return False
