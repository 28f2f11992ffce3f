"""Whoever is texted a free time and calls instead of answering gets it on the line."""

from datetime import timedelta

import pytest

from receptionist.domain.booking import Wish
from receptionist.errors import SlotTaken
from tests.texts.clinic import ANNA, BEN, CARA, SOON, TUESDAY_TEN, TextingClinic


async def texted(clinic: TextingClinic) -> None:
    """Tuesday at ten is held for Ben, who has been texted about it."""
    await clinic.cancel(await clinic.book())
    await clinic.wait()
    assert len(clinic.phone(BEN)) == 1


async def is_offered(clinic: TextingClinic, phone: str | None) -> bool:
    service = clinic.practice.service("Check-up")
    assert service is not None
    day = TUESDAY_TEN.date()
    half_past = (TUESDAY_TEN + timedelta(minutes=30)).time()
    wish = Wish(service, day, day, "Dr. Lee", earliest=TUESDAY_TEN.time(), latest=half_past)
    slots = await clinic.desk.book.offers(
        clinic.practice, wish, clinic.now, call_sid="CA77", phone=phone
    )
    return TUESDAY_TEN in [slot.start for slot in slots]


async def test_they_are_offered_it_and_nobody_else_is(clinic: TextingClinic) -> None:
    await clinic.joins(BEN)
    await texted(clinic)

    assert await is_offered(clinic, BEN)
    assert not await is_offered(clinic, CARA)
    assert not await is_offered(clinic, None)


async def test_they_book_it_and_leave_the_list(clinic: TextingClinic) -> None:
    ben, cara = await clinic.joins(BEN), await clinic.joins(CARA)
    await texted(clinic)
    await is_offered(clinic, BEN)

    await clinic.book(phone=BEN, name="Ben Moss")
    await clinic.wait(timedelta(minutes=20))

    (booked,) = await clinic.appointments()
    assert (booked.start, booked.caller_name) == (TUESDAY_TEN, "Ben Moss")
    assert (await clinic.waiting(ben)).status == "booked"
    assert (await clinic.waiting(cara)).status == "waiting"
    assert clinic.phone(CARA) == []


async def test_somebody_else_cannot_book_it_meanwhile(clinic: TextingClinic) -> None:
    await clinic.joins(BEN)
    await texted(clinic)

    with pytest.raises(SlotTaken):
        await clinic.book(phone=CARA)


async def test_booking_another_time_leaves_the_offer_open(clinic: TextingClinic) -> None:
    ben = await clinic.joins(BEN)
    await texted(clinic)

    await clinic.book(TUESDAY_TEN + timedelta(hours=3), phone=BEN, name="Ben Moss")
    await clinic.wait(SOON)

    assert (await clinic.waiting(ben)).status == "offered"
    with pytest.raises(SlotTaken):
        await clinic.book(phone=ANNA)
