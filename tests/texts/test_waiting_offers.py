"""How long an offer stands, and what becomes of one that cannot be told."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from db import SqlDatabase
from providers.messaging.embedded import EmbeddedMessaging
from receptionist.errors import SlotTaken
from tests.handlers.clinic import NEW_YORK
from tests.texts.clinic import (
    BEN,
    CARA,
    DAN,
    OFFER,
    QUARTER,
    TUESDAY_TEN,
    TextingClinic,
    freed,
    open_texting_clinic,
)


async def test_the_practice_says_how_long_it_is_held(database: SqlDatabase) -> None:
    clinic = await open_texting_clinic(database, offer_minutes=60)
    await clinic.joins(BEN)

    await freed(clinic)
    await clinic.wait()

    assert "Reply YES by 11 AM" in clinic.phone(BEN)[0]


async def test_an_offer_made_at_night_is_open_until_the_morning(clinic: TextingClinic) -> None:
    booked = await clinic.book(datetime(2027, 3, 2, 11, tzinfo=NEW_YORK))
    await clinic.joins(BEN)
    clinic.now = datetime(2027, 3, 1, 23, tzinfo=NEW_YORK)

    await clinic.cancel(booked)
    await clinic.wait()

    assert "Reply YES by Tue 8:15 AM" in clinic.phone(BEN)[0]


async def test_the_night_is_the_practices_own(clinic: TextingClinic) -> None:
    booked = await clinic.book()
    await clinic.joins(BEN)
    clinic.now = datetime.combine(date(2027, 3, 1), time(15), UTC)  # Ten in the morning there.

    await clinic.cancel(booked)
    await clinic.wait()

    assert "Reply YES by 10:15 AM" in clinic.phone(BEN)[0]


async def test_a_time_that_is_over_before_anybody_could_answer_is_not_offered(
    clinic: TextingClinic,
) -> None:
    booked = await clinic.book()
    await clinic.joins(BEN)
    clinic.now = TUESDAY_TEN - timedelta(minutes=1)

    await clinic.cancel(booked)
    await clinic.wait()

    assert clinic.phone(BEN) == []


async def test_an_offer_ends_before_its_time_begins(clinic: TextingClinic) -> None:
    booked = await clinic.book()
    await clinic.joins(BEN)
    clinic.now = TUESDAY_TEN - timedelta(minutes=10)

    await clinic.cancel(booked)
    await clinic.wait(timedelta(0))

    assert "Reply YES by 10 AM" in clinic.phone(BEN)[0]


async def test_a_number_that_cannot_be_texted_leaves_the_list_and_the_next_is_asked(
    clinic: TextingClinic,
) -> None:
    clinic.post.refusing.add(BEN)
    ben = await clinic.joins(BEN)
    await clinic.joins(CARA)

    await freed(clinic)
    await clinic.wait()

    assert clinic.phone(CARA) == [OFFER]
    assert (await clinic.waiting(ben)).status == "closed"


async def test_whoever_was_promised_a_text_and_cannot_have_one_is_called_by_staff(
    clinic: TextingClinic,
) -> None:
    clinic.post.refusing.add(BEN)
    await clinic.joins(BEN)

    await freed(clinic)
    await clinic.wait()

    (message,) = await clinic.messages()
    assert message.message == (
        "Tue, Mar 2 at 10 AM with Dr. Lee has become free, and this caller is on the waiting "
        "list. The number cannot be texted, so they are off the list now: please call."
    )
    assert (message.phone, message.urgency) == (BEN, "urgent")


async def test_where_no_texts_are_sent_staff_call_and_the_time_is_held_meanwhile(
    database: SqlDatabase,
) -> None:
    clinic = await open_texting_clinic(database, messaging=EmbeddedMessaging())
    await clinic.joins(BEN)

    await freed(clinic)
    await clinic.wait()

    (message,) = await clinic.messages()
    assert "it is held until 10:15 AM for this caller" in message.message
    with pytest.raises(SlotTaken):
        await clinic.book(phone=DAN, name="Dan Brown")


async def test_an_offer_that_was_not_delivered_goes_to_the_next(clinic: TextingClinic) -> None:
    ben = await clinic.joins(BEN)
    await clinic.joins(CARA)
    await freed(clinic)
    await clinic.wait()

    await clinic.desk.texts.status(clinic.post.sids[OFFER], "undelivered")
    await clinic.wait(timedelta(seconds=1))

    assert len(clinic.phone(CARA)) == 1
    assert (await clinic.waiting(ben)).status == "waiting"


async def test_whoever_could_not_be_told_keeps_their_turn(clinic: TextingClinic) -> None:
    await clinic.joins(BEN)
    await clinic.joins(CARA)
    await freed(clinic)
    clinic.post.is_down = True
    await clinic.wait()
    await clinic.wait(2 * QUARTER)
    clinic.post.is_down = False

    await clinic.wait(QUARTER)

    assert len(clinic.phone(BEN)) == 1
    assert clinic.phone(CARA) == []


async def test_stop_takes_a_caller_off_the_list(clinic: TextingClinic) -> None:
    ben = await clinic.joins(BEN)
    await clinic.joins(CARA)
    await freed(clinic)
    await clinic.wait()

    answer = await clinic.texts_back(BEN, "STOP")
    await clinic.wait(timedelta(seconds=1))

    assert answer is None
    assert (await clinic.waiting(ben)).status == "closed"
    assert len(clinic.phone(CARA)) == 1
