"""The waiting list of a practice whose people work in Google's calendars by hand."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from db import SqlDatabase
from providers.calendar.google import GoogleCalendar, read_account
from tests.emulators.google import GoogleEmulator
from tests.texts.clinic import BEN, LEE, TUESDAY_TEN, TextingClinic, open_texting_clinic

HALF_PAST = TUESDAY_TEN + timedelta(minutes=30)


@pytest.fixture
async def google() -> AsyncIterator[GoogleEmulator]:
    async with GoogleEmulator() as emulator:
        emulator.add_calendar(LEE, timezone="America/New_York")
        yield emulator


@pytest.fixture
async def clinic(
    database: SqlDatabase, google: GoogleEmulator, tmp_path: Path
) -> AsyncIterator[TextingClinic]:
    account = read_account(google.write_key_file(tmp_path / "key.json"))
    calendar = GoogleCalendar(account, google.base_url, timeout_s=2.0)
    yield await open_texting_clinic(database, calendar)
    google.release.set()
    await calendar.close()


async def test_our_own_event_that_is_not_yet_gone_keeps_nobody_from_being_asked(
    clinic: TextingClinic, google: GoogleEmulator
) -> None:
    await clinic.joins(BEN)
    booked = await clinic.book()
    await clinic.wait()
    assert len(google.events(LEE)) == 1
    google.fail("delete", "503", times=50)

    await clinic.cancel(booked)
    await clinic.wait()

    assert "has become free" in clinic.phone(BEN)[0]


async def test_yes_by_text_is_in_the_calendar_too(
    clinic: TextingClinic, google: GoogleEmulator
) -> None:
    await clinic.joins(BEN)
    await clinic.cancel(await clinic.book())
    await clinic.wait()

    answer = await clinic.texts_back(BEN, "YES")
    await clinic.wait()

    assert answer is not None and "is yours" in answer
    (event,) = google.events(LEE)
    assert datetime.fromisoformat(event["start"]["dateTime"]) == TUESDAY_TEN
    assert "Caller 124" in event["summary"]


async def test_a_time_that_a_person_has_filled_by_hand_is_offered_to_nobody(
    clinic: TextingClinic, google: GoogleEmulator
) -> None:
    await clinic.joins(BEN)
    booked = await clinic.book()
    await clinic.wait()
    google.human_adds(LEE, TUESDAY_TEN, HALF_PAST, summary="Staff meeting")

    await clinic.cancel(booked)
    await clinic.wait()

    assert clinic.phone(BEN) == []


async def test_a_yes_to_a_time_that_a_person_has_filled_meanwhile_is_too_late(
    clinic: TextingClinic, google: GoogleEmulator
) -> None:
    ben = await clinic.joins(BEN)
    await clinic.cancel(await clinic.book())
    await clinic.wait()
    google.human_adds(LEE, TUESDAY_TEN, HALF_PAST, summary="Staff meeting")

    answer = await clinic.texts_back(BEN, "YES")
    await clinic.wait(timedelta(minutes=1))

    assert answer is not None and "sorry, that time is gone" in answer
    assert await clinic.appointments() == []
    assert (await clinic.waiting(ben)).status == "waiting"
    assert [event["summary"] for event in google.events(LEE)] == ["Staff meeting"]
