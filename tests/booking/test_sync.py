"""Reading the practice's calendars: what people changed, and what they put there."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from db import SqlDatabase
from providers.calendar.google import GoogleCalendar
from receptionist.booking.calendar_blocks import AHEAD
from receptionist.booking.calendar_sync import RENEWED_BEFORE, SYNC
from receptionist.booking.desk import build_booking_desk
from receptionist.domain.practice import Practice
from receptionist.ports.follow_up import CalendarBlock, CalendarFeed
from tests.booking.surgery import KIM, LEE, QUARTER, Surgery, booked, open_surgery, unfinished
from tests.booking.test_book import offers
from tests.emulators.google import GoogleEmulator

HOUR = timedelta(hours=1)
ADDRESS = "https://clinic.example/calendar/changed"


async def feed(surgery: Surgery, calendar_id: str = LEE) -> CalendarFeed:
    """How far that calendar has been read."""
    async with surgery.database.reading() as uow:
        return await uow.calendar_feeds.get(calendar_id)


async def blocks(surgery: Surgery) -> list[str]:
    """The ids of what people are known to have put into Dr. Lee's calendar."""
    async with surgery.database.reading() as uow:
        found = await uow.calendar_feeds.blocks([LEE], surgery.ten - HOUR, surgery.ten + HOUR)
    return sorted(block.event_id for block in found)


async def test_each_calendar_is_read_once_a_minute_however_many_processes_there_are(
    surgery: Surgery,
) -> None:
    for desk in (surgery.desk, surgery.other, surgery.desk):
        await desk.desk.sync.queue_all()

    assert [row.kind for row in await unfinished(surgery.database)] == [SYNC, SYNC]
    await surgery.work()
    assert surgery.google.requests["list"] == 2

    await surgery.read()
    assert surgery.google.requests["list"] == 4


async def test_what_people_put_there_is_taken_until_they_take_it_away(surgery: Surgery) -> None:
    await surgery.read()
    meeting = surgery.meeting(surgery.ten)
    await surgery.read()
    before = await blocks(surgery)

    surgery.google.human_deletes(LEE, meeting)
    await surgery.read()

    assert (before, await blocks(surgery)) == ([meeting], [])


async def test_what_is_shown_as_free_and_what_is_ours_blocks_nothing(surgery: Surgery) -> None:
    surgery.meeting(surgery.ten, transparency="transparent")
    await surgery.written(surgery.ten + QUARTER)

    await surgery.read()

    assert await blocks(surgery) == []


async def test_a_meeting_that_becomes_free_blocks_no_longer(surgery: Surgery) -> None:
    meeting = surgery.meeting(surgery.ten)
    await surgery.read()

    surgery.google.human_edits(LEE, meeting, transparency="transparent")
    await surgery.read()

    assert await blocks(surgery) == []


async def test_each_time_of_what_repeats_is_taken_until_that_time_is_deleted(
    surgery: Surgery,
) -> None:
    daily = surgery.meeting(surgery.ten - timedelta(days=30), recurrence=["RRULE:FREQ=DAILY"])
    await surgery.read()
    kept = await blocks(surgery)
    surgery.google.fail("freeBusy", "unknown_busy")
    offered = await offers(surgery, "CA1")

    at = surgery.ten.astimezone(UTC)
    assert kept == [f"repeated:{daily}_{at:%Y%m%dT%H%M%SZ}"]
    assert offered[0].start == surgery.ten + QUARTER

    surgery.google.human_deletes(LEE, daily)
    await surgery.read()

    assert await blocks(surgery) == []


async def test_what_repeats_is_read_on_a_new_day_though_nothing_changed(surgery: Surgery) -> None:
    surgery.meeting(surgery.ten, recurrence=["RRULE:FREQ=DAILY"])
    await surgery.read()
    surgery.clock.now += timedelta(days=2)

    await surgery.read()

    far = surgery.ten + AHEAD - timedelta(days=2)
    async with surgery.database.reading() as uow:
        assert len(await uow.calendar_feeds.blocks([LEE], far, far + QUARTER)) == 1


async def test_only_what_changed_is_read_again(surgery: Surgery) -> None:
    await surgery.read()
    token = (await feed(surgery)).sync_token

    await surgery.read()

    lists = [asked for asked in surgery.google.asked if asked.operation == "list"]
    assert [asked.query.get("syncToken") for asked in lists if LEE in asked.names] == [
        None,
        [token],
    ]


@pytest.mark.parametrize("readable", [True, False])
@pytest.mark.parametrize("bare", [True, False])
async def test_a_deletion_is_found_after_the_sync_token_has_expired(
    surgery: Surgery, readable: bool, bare: bool
) -> None:
    surgery.google.doubt(deleted_events_readable=readable, cancelled_events_bare=bare)
    row = await surgery.written()
    kept = await surgery.written(surgery.ten + QUARTER)
    await surgery.read()
    surgery.remove(row)
    surgery.google.expire_sync_tokens(LEE)

    await surgery.read()

    assert [left.id for left in await booked(surgery.database)] == [kept.id]


async def test_after_a_full_read_nothing_blocks_that_is_not_there(surgery: Surgery) -> None:
    gone, stays = surgery.meeting(surgery.ten), surgery.meeting(surgery.ten + QUARTER)
    await surgery.read()
    surgery.google.human_deletes(LEE, gone)
    surgery.google.expire_sync_tokens(LEE)

    await surgery.read()

    assert await blocks(surgery) == [stays]


async def test_a_read_that_fails_half_way_begins_where_the_last_one_ended(
    surgery: Surgery,
) -> None:
    await surgery.read()
    token = (await feed(surgery)).sync_token
    surgery.google.store.page_size = 1
    meetings = [surgery.meeting(surgery.ten), surgery.meeting(surgery.ten + QUARTER)]
    surgery.google.fail("list", "slow")
    surgery.google.fail("list", "500")

    await surgery.read()
    failed_at = (await feed(surgery)).sync_token
    surgery.google.clear_faults()
    await surgery.read()

    assert failed_at == token
    assert await blocks(surgery) == sorted(meetings)


async def test_a_calendar_that_is_nobodys_any_more_is_left_alone(surgery: Surgery) -> None:
    async with surgery.database.transaction() as uow:
        await uow.outbox.put(SYNC, "old", {"calendar_id": "gone@example.com"})

    await surgery.work()

    assert surgery.google.requests["list"] == 0
    assert not await unfinished(surgery.database)


@pytest.fixture
def watching(
    database: SqlDatabase, google: GoogleEmulator, calendar: GoogleCalendar, practice: Practice
) -> Surgery:
    """A surgery whose server can be reached by Google, which here loses its notifications."""
    surgery = open_surgery(database, google, calendar, practice)
    google.channels.silent = True
    surgery.desk.desk = build_booking_desk(
        database, surgery.desk.calendar, surgery.clock, public_base="https://clinic.example"
    )
    return surgery


async def test_a_server_that_cannot_be_reached_asks_for_no_notifications(surgery: Surgery) -> None:
    await surgery.read()

    assert surgery.google.requests["watch"] == 0


async def test_each_calendar_is_watched_once_and_again_before_the_channel_ends(
    watching: Surgery,
) -> None:
    await watching.read()
    await watching.read()
    first = await feed(watching)
    opened = {channel.address for channel in watching.google.channels.open_channels.values()}
    assert first.channel_expires_at is not None

    watching.clock.now = first.channel_expires_at - RENEWED_BEFORE
    await watching.read()
    second = await feed(watching)

    assert opened == {ADDRESS}
    assert watching.google.requests["watch"] == 4
    channels = watching.google.channels.open_channels
    assert second.channel_id in channels
    assert first.channel_id not in channels
    assert len(channels) == 2


async def test_a_channel_that_cannot_be_had_holds_up_no_reading(watching: Surgery) -> None:
    watching.google.fail("watch", "forbidden", times=4)
    meeting = watching.meeting(watching.ten)

    await watching.read()

    assert await blocks(watching) == [meeting]
    assert (await feed(watching)).channel_id is None


async def test_a_notification_has_its_calendar_read_and_a_forged_one_nothing(
    watching: Surgery,
) -> None:
    await watching.read()
    known = await feed(watching)
    assert known.channel_id is not None
    assert known.channel_token is not None
    asked = watching.google.requests["list"]

    told = [
        await watching.desk.desk.told(known.channel_id, "guessed", "7"),
        await watching.desk.desk.told("no-such-channel", known.channel_token, "7"),
    ]
    await watching.work()
    after_the_forged = watching.google.requests["list"]
    told += [
        await watching.desk.desk.told(known.channel_id, known.channel_token, "7"),
        await watching.desk.desk.told(known.channel_id, known.channel_token, "7"),
    ]
    await watching.work()

    assert told == [False, False, True, True]
    assert (after_the_forged, watching.google.requests["list"]) == (asked, asked + 1)


async def test_two_who_read_at_once_keep_nothing_that_is_gone(
    watching: Surgery, calendar: GoogleCalendar
) -> None:
    surgery = watching
    surgery.google.fail("watch", "forbidden", times=2)
    await surgery.read()
    before = await feed(surgery)
    meeting = surgery.meeting(surgery.ten)
    seen = await calendar.changes(LEE, before.sync_token, since=surgery.clock())
    surgery.google.human_deletes(LEE, meeting)

    async def another_keeps_what_it_saw() -> None:
        block = CalendarBlock(LEE, meeting, surgery.ten, surgery.ten + QUARTER)
        async with surgery.database.transaction() as uow:
            await uow.calendar_feeds.put_block(block)
            await uow.calendar_feeds.save(replace(before, sync_token=seen.next_sync_token))

    # After the changes and what repeats are read and kept, and before that is noted: the
    # channel is asked for.
    surgery.meanwhile.plan(4, another_keeps_what_it_saw)
    await surgery.read()
    assert await blocks(surgery) == [meeting]
    await surgery.read()

    assert await blocks(surgery) == []


async def test_a_notification_of_another_calendar_reads_that_one(watching: Surgery) -> None:
    await watching.read()
    known = await feed(watching, KIM)

    await watching.desk.desk.told(known.channel_id or "", known.channel_token or "", "1")
    await watching.work()

    assert watching.google.asked[-1].names == (KIM,)
