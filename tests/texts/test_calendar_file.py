"""Whoever has the link has the appointment in their calendar, and nobody else."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from icalendar import Calendar

from receptionist.api.calendar_file import MOST_GUESSES, create_calendar_file
from tests.texts.clinic import NUMBER, TUESDAY_TEN, TextingClinic


@pytest.fixture
async def browser(clinic: TextingClinic) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(create_calendar_file(clinic.database, lambda: clinic.now))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        yield client


async def event(browser: httpx.AsyncClient, token: str | None) -> dict[str, object]:
    """The one event of the file, decoded."""
    answer = await browser.get(f"/appointments/{token}.ics")
    answer.raise_for_status()
    calendar = Calendar.from_ical(answer.content)
    assert calendar["METHOD"] == "PUBLISH"
    (found,) = calendar.walk("VEVENT")
    return {name: found.decoded(name) for name in found}


async def test_the_file_holds_the_appointment(
    clinic: TextingClinic, browser: httpx.AsyncClient
) -> None:
    booked = await clinic.book()

    found = await event(browser, booked.link_token)

    assert found["DTSTART"] == TUESDAY_TEN
    assert found["DTEND"] == TUESDAY_TEN + timedelta(minutes=30)
    assert found["DTSTAMP"] == datetime(2027, 3, 1, 15, tzinfo=UTC)
    assert (found["STATUS"], found["SEQUENCE"], found["CLASS"]) == ("CONFIRMED", 1, "PRIVATE")
    assert found["SUMMARY"] == "Check-up, Maple Street Clinic"
    assert found["DESCRIPTION"] == f"With Dr. Lee.\nTo change it, call {NUMBER}."


async def test_a_move_is_a_later_sequence_of_the_same_event(
    clinic: TextingClinic, browser: httpx.AsyncClient
) -> None:
    booked = await clinic.book()
    before = await event(browser, booked.link_token)
    await clinic.move(booked, TUESDAY_TEN + timedelta(hours=1))

    after = await event(browser, booked.link_token)

    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] == 2
    assert after["DTSTART"] == TUESDAY_TEN + timedelta(hours=1)


async def test_a_cancelled_one_says_so(clinic: TextingClinic, browser: httpx.AsyncClient) -> None:
    booked = await clinic.book()
    await clinic.cancel(booked)

    found = await event(browser, booked.link_token)

    assert (found["STATUS"], found["SEQUENCE"]) == ("CANCELLED", 2)


async def test_neither_caller_nor_reason_is_in_the_file(
    clinic: TextingClinic, browser: httpx.AsyncClient
) -> None:
    booked = await clinic.book()

    answer = await browser.get(f"/appointments/{booked.link_token}.ics")

    assert not any(word in answer.text for word in ("Anna", "Smith", "cough", "1984", "5550123"))


async def test_no_cache_and_no_other_page_learns_the_link(
    clinic: TextingClinic, browser: httpx.AsyncClient
) -> None:
    booked = await clinic.book()

    answer = await browser.get(f"/appointments/{booked.link_token}.ics")

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8; method=PUBLISH"


async def test_tokens_cannot_be_told_from_one_another(clinic: TextingClinic) -> None:
    first = await clinic.book()
    second = await clinic.book(TUESDAY_TEN + timedelta(hours=1))

    assert first.link_token and second.link_token
    assert len(first.link_token) >= 32
    assert first.link_token != second.link_token
    assert first.id not in first.link_token


@pytest.mark.parametrize("token", ["nobody-has-this", "None", "%00", "a" * 5000, "..%2Fx"])
async def test_an_unknown_token_finds_nothing(browser: httpx.AsyncClient, token: str) -> None:
    answer = await browser.get(f"/appointments/{token}.ics")

    assert (answer.status_code, answer.content) in [
        (404, b""),
        (404, b'{"detail":"Not Found"}'),  # A path that is no token at all.
    ]


async def test_an_appointments_id_opens_nothing(
    clinic: TextingClinic, browser: httpx.AsyncClient
) -> None:
    booked = await clinic.book()

    answer = await browser.get(f"/appointments/{booked.id}.ics")

    assert answer.status_code == 404


async def test_whoever_guesses_has_to_wait(
    clinic: TextingClinic, browser: httpx.AsyncClient
) -> None:
    booked = await clinic.book()
    for number in range(MOST_GUESSES):
        assert (await browser.get(f"/appointments/guess-{number}.ics")).status_code == 404

    refused = await browser.get(f"/appointments/{booked.link_token}.ics")
    clinic.now += timedelta(minutes=1)
    after = await browser.get(f"/appointments/{booked.link_token}.ics")

    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    assert after.status_code == 200
