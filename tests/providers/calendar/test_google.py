"""Google's calendar over real sockets, with Google's own SDK: what it is asked, and when."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from providers.calendar.google import GoogleCalendar
from receptionist.domain.opening_hours import Interval
from receptionist.errors import CalendarUnavailable, ProviderUnavailable
from tests.emulators.google import GoogleEmulator
from tests.emulators.twilio import serving
from tests.providers.calendar.contract import (
    DAY,
    HOUR,
    LEE,
    TEN,
    ExternalCalendarContract,
    appointment,
    busy,
)

FAR = datetime(2126, 1, 1, tzinfo=UTC)


class TestGoogleContract(ExternalCalendarContract):
    pass


async def test_a_hundred_and_twenty_calendars_are_asked_about_fifty_at_a_time(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    names = [f"{number}@example.com" for number in range(120)]
    for name in names:
        google.add_calendar(name)
        google.human_adds(name, TEN, TEN + HOUR, "Staff meeting")

    found = await calendar.busy(names, TEN, TEN + DAY)

    sizes = [len(a.json["items"]) for a in google.asked if a.operation == "freeBusy"]
    assert sorted(sizes) == [20, 50, 50]
    assert all(found[name] == [Interval(TEN, TEN + HOUR)] for name in names)


async def test_one_unknown_calendar_of_the_last_fifty_is_not_free(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    names = [f"{number}@example.com" for number in range(120)]
    for name in names[:-1]:
        google.add_calendar(name)

    with pytest.raises(CalendarUnavailable) as caught:
        await calendar.busy(names, TEN, TEN + DAY)

    assert caught.value.reasons == {names[-1]: "notFound"}


async def test_half_a_year_is_asked_about_in_parts_google_takes(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    starts = [TEN + timedelta(days=day) for day in (1, 84, 86, 179)]
    for start in starts:
        google.human_adds(LEE, start, start + HOUR, "Staff meeting")

    found = await calendar.busy([LEE], TEN, TEN + timedelta(days=180))

    assert [interval.start for interval in found[LEE]] == starts
    assert google.requests["freeBusy"] == 3


async def test_no_time_at_all_needs_no_request(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    assert await calendar.busy([], TEN, TEN + DAY) == {}
    assert google.requests["freeBusy"] == 0


async def test_a_day_off_is_taken_in_the_calendars_own_zone(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    google.human_takes_off(LEE, "2026-03-09", "2026-03-10", "Day off")
    midnight = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)  # In New York.

    (event,) = (await calendar.changes(LEE, None, since=TEN)).events

    assert await busy(calendar) == [Interval(midnight, midnight + DAY)]
    assert event.all_day
    assert event.interval == Interval(midnight, midnight + DAY)


async def test_nobody_is_sent_an_invitation(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    await calendar.put(LEE, appointment())
    await calendar.put(LEE, appointment(TEN + HOUR))
    await calendar.delete(LEE, appointment().id)
    await calendar.put(LEE, appointment())

    writes = [a for a in google.asked if a.operation in ("insert", "patch", "update", "delete")]
    assert [a.operation for a in writes] == ["insert", "patch", "delete", "update"]
    assert all(a.query["sendUpdates"] == ["none"] for a in writes)


async def test_what_is_written_is_what_was_read(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    await calendar.put(LEE, appointment())
    etag = google.events(LEE)[0]["etag"]

    await calendar.put(LEE, appointment(TEN + HOUR))

    (patch,) = (a for a in google.asked if a.operation == "patch")
    assert patch.headers["if-match"] == etag


async def test_a_note_of_the_practice_outlives_a_move(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    await calendar.put(LEE, appointment())
    google.human_edits(LEE, appointment().id, description="Bring the X-rays")

    await calendar.put(LEE, appointment(TEN + HOUR))

    assert google.events(LEE)[0]["description"] == "Bring the X-rays"


async def test_new_words_of_ours_are_written(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    await calendar.put(LEE, appointment())

    result = await calendar.put(LEE, appointment(text="Long check-up"))

    assert result.outcome == "updated"
    assert google.events(LEE)[0]["summary"] == "Long check-up"


async def test_a_day_made_of_an_event_by_hand_gives_way_to_a_known_move(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    await calendar.put(LEE, appointment())
    day = {"date": "2026-03-09", "dateTime": None, "timeZone": None}
    google.human_edits(LEE, appointment().id, start=day, end={**day, "date": "2026-03-10"})
    midnight = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)
    (told,) = (await calendar.changes(LEE, None, since=TEN)).events

    kept = await calendar.put(LEE, appointment(TEN + HOUR))
    moved = await calendar.put(LEE, appointment(TEN + HOUR), known=told.interval)

    assert told.interval == Interval(midnight, midnight + DAY)
    assert (kept.outcome, moved.outcome) == ("kept", "updated")
    assert await busy(calendar) == [Interval(TEN + HOUR, TEN + 2 * HOUR)]


@pytest.mark.parametrize(("answer", "is_taken"), [("declined", False), ("tentative", True)])
async def test_an_invitation_that_was_declined_is_nobodys_time(
    google: GoogleEmulator, calendar: GoogleCalendar, answer: str, is_taken: bool
) -> None:
    guests = [
        {"email": "chair@example.com", "responseStatus": "accepted" if is_taken else "declined"},
        {"email": LEE, "self": True, "responseStatus": answer},
    ]
    google.human_adds(LEE, TEN, TEN + HOUR, "Board meeting", attendees=guests)

    (event,) = await calendar.between(LEE, TEN, TEN + HOUR)

    assert event.blocks is is_taken
    assert bool(await busy(calendar)) is is_taken


async def test_a_repeating_event_is_told_once_and_marked(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    google.human_adds(LEE, TEN, TEN + HOUR, "Lunch", recurrence=["RRULE:FREQ=DAILY"])

    (event,) = (await calendar.changes(LEE, None, since=TEN)).events

    assert event.repeats
    assert event.interval == Interval(TEN, TEN + HOUR)


async def test_changes_are_paged_to_the_end(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    google.store.page_size = 2
    ids = [google.human_adds(LEE, TEN, TEN + HOUR, f"Meeting {n}") for n in range(5)]

    changes = await calendar.changes(LEE, None, since=TEN)

    assert sorted(event.id for event in changes.events) == sorted(ids)
    assert google.requests["list"] == 3


async def test_what_changes_while_paging_is_told_next_time(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    google.store.page_size = 2
    ids = [google.human_adds(LEE, TEN, TEN + HOUR, f"Meeting {n}") for n in range(4)]
    google.fail("list", "slow")
    google.fail("list", "hold")

    async with asyncio.TaskGroup() as group:
        reading = group.create_task(calendar.changes(LEE, None, since=TEN))
        await google.until_asked("list", 2)
        google.human_deletes(LEE, ids[3])
        google.release.set()
    told = await calendar.changes(LEE, reading.result().next_sync_token, since=TEN)

    assert [(event.id, event.cancelled) for event in told.events] == [(ids[3], True)]


async def test_an_expired_sync_token_is_a_full_read(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    await calendar.put(LEE, appointment())
    token = (await calendar.changes(LEE, None, since=TEN)).next_sync_token
    google.expire_sync_tokens(LEE)

    changes = await calendar.changes(LEE, token, since=TEN)
    after = await calendar.changes(LEE, changes.next_sync_token, since=TEN)

    assert changes.full
    assert [event.id for event in changes.events] == [appointment().id]
    assert not after.full


class WebHook:
    """Where Google sends its notifications."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.heard: asyncio.Queue[Request] = asyncio.Queue()


@pytest.fixture
async def hook() -> AsyncIterator[WebHook]:
    async def hear(request: Request) -> Response:
        hook.heard.put_nowait(request)
        return Response(status_code=204)

    async with serving(Starlette(routes=[Route("/hook", hear, methods=["POST"])])) as url:
        hook = WebHook(f"{url}/hook")
        yield hook


async def test_a_watched_calendar_tells_of_an_edit(
    google: GoogleEmulator, calendar: GoogleCalendar, hook: WebHook
) -> None:
    channel = await calendar.watch(LEE, "channel-1", hook.url, "secret", FAR)
    google.human_adds(LEE, TEN, TEN + HOUR, "Staff meeting")

    heard = [await hook.heard.get(), await hook.heard.get()]

    states = {request.headers["x-goog-resource-state"] for request in heard}
    assert states == {"sync", "exists"}
    assert all(request.headers["x-goog-channel-token"] == "secret" for request in heard)
    assert all(r.headers["x-goog-resource-id"] == channel.resource_id for r in heard)
    assert datetime.now(UTC) < channel.expires_at < FAR


async def test_a_calendar_that_is_no_longer_watched_is_silent(
    google: GoogleEmulator, calendar: GoogleCalendar, hook: WebHook
) -> None:
    channel = await calendar.watch(LEE, "channel-1", hook.url, "secret", FAR)

    await calendar.stop_watching(channel.channel_id, channel.resource_id)
    await calendar.stop_watching(channel.channel_id, channel.resource_id)

    assert google.channels.open_channels == {}


async def test_a_channel_whose_answer_was_lost_is_asked_for_under_another_id(
    google: GoogleEmulator, calendar: GoogleCalendar, hook: WebHook
) -> None:
    google.fail("watch", "lost")

    with pytest.raises(ProviderUnavailable):
        await calendar.watch(LEE, "channel-1", hook.url, "secret", FAR)
    channel = await calendar.watch(LEE, "channel-2", hook.url, "secret", FAR)

    assert channel.channel_id == "channel-2"


async def test_everything_private_travels_as_private_properties(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    await calendar.put(LEE, appointment())

    (insert,) = (a for a in google.asked if a.operation == "insert")
    private = insert.json["extendedProperties"]["private"]
    assert private["appointment_id"] == "1".zfill(32)
    assert "Check-up" not in json.dumps(private)
