"""A time that becomes free is offered to those who wait, one after the other."""

from datetime import date, timedelta

import pytest

from providers.calendar.embedded import EmbeddedCalendar
from receptionist.booking.taken import TakenTimes
from receptionist.booking.text_sender import TextSender
from receptionist.booking.waiting import WaitingOffers
from receptionist.errors import SlotTaken
from tests.texts.clinic import (
    ANNA,
    BEN,
    CARA,
    DAN,
    OFFER,
    QUARTER,
    SOON,
    TUESDAY_TEN,
    TextingClinic,
    freed,
)

YOURS = "Maple Street Clinic: thank you, Tue, Mar 2 at 10 AM with Dr. Lee is yours."


async def test_whoever_has_waited_longest_is_asked_first(clinic: TextingClinic) -> None:
    await clinic.joins(BEN)
    await clinic.joins(CARA)

    await freed(clinic)
    await clinic.wait()

    assert clinic.phone(BEN) == [OFFER]
    assert clinic.phone(CARA) == []


async def test_yes_takes_the_time(clinic: TextingClinic) -> None:
    ben = await clinic.joins(BEN, date_of_birth=date(1990, 1, 2))
    await freed(clinic)
    await clinic.wait()

    answer = await clinic.texts_back(BEN, "Yes")
    await clinic.wait()

    assert answer == YOURS
    (booked,) = await clinic.appointments()
    assert (booked.start, booked.practitioner) == (TUESDAY_TEN, "Dr. Lee")
    assert (booked.caller_name, booked.phone) == ("Caller 124", BEN)
    assert booked.date_of_birth == date(1990, 1, 2)
    assert (await clinic.waiting(ben)).status == "booked"
    assert f"appointments/{booked.link_token}.ics" in clinic.phone(BEN)[1]


async def test_the_next_is_asked_when_the_first_says_no(clinic: TextingClinic) -> None:
    ben = await clinic.joins(BEN)
    await clinic.joins(CARA)
    await freed(clinic)
    await clinic.wait()

    answer = await clinic.texts_back(BEN, "no thanks")
    await clinic.wait(timedelta(seconds=1))

    assert answer == "Maple Street Clinic: all right. You stay on the waiting list."
    assert len(clinic.phone(CARA)) == 1
    assert (await clinic.waiting(ben)).status == "waiting"


async def test_the_next_is_asked_when_nobody_answers_in_time(clinic: TextingClinic) -> None:
    await clinic.joins(BEN)
    await clinic.joins(CARA)
    await freed(clinic)
    await clinic.wait()

    await clinic.wait(QUARTER - SOON - SOON)
    before = list(clinic.phone(CARA))
    await clinic.wait(2 * SOON)

    assert before == []
    assert len(clinic.phone(CARA)) == 1
    assert clinic.phone(BEN) == [OFFER]


async def test_a_late_yes_is_too_late_when_the_next_has_it(clinic: TextingClinic) -> None:
    ben, _ = await clinic.joins(BEN), await clinic.joins(CARA)
    await freed(clinic)
    await clinic.wait()
    await clinic.wait(QUARTER)

    late = await clinic.texts_back(BEN, "YES")
    in_time = await clinic.texts_back(CARA, "YES")

    assert late is not None and "sorry, that time is gone" in late
    assert in_time == YOURS
    assert [row.phone for row in await clinic.appointments()] == [CARA]
    assert (await clinic.waiting(ben)).status == "waiting"


async def test_a_late_yes_still_gets_a_time_that_nobody_has(clinic: TextingClinic) -> None:
    await clinic.joins(BEN)
    await freed(clinic)
    await clinic.wait()
    await clinic.wait(QUARTER)

    assert await clinic.texts_back(BEN, "YES") == YOURS


async def test_whoever_was_too_late_is_asked_about_the_next_time(clinic: TextingClinic) -> None:
    await clinic.joins(BEN)
    await clinic.joins(CARA)
    later = await clinic.book(TUESDAY_TEN + timedelta(hours=1), phone=DAN)
    await freed(clinic)
    await clinic.wait()
    await clinic.wait(QUARTER)
    await clinic.texts_back(CARA, "YES")
    await clinic.texts_back(BEN, "YES")

    await clinic.cancel(later)
    await clinic.wait()

    assert "Tue, Mar 2 at 11 AM" in clinic.phone(BEN)[-1]


async def test_while_it_is_offered_nobody_else_can_have_it(clinic: TextingClinic) -> None:
    await clinic.joins(BEN)
    await freed(clinic)
    await clinic.wait()

    with pytest.raises(SlotTaken):
        await clinic.book(phone=DAN, name="Dan Brown")

    assert await clinic.texts_back(BEN, "yes please") == YOURS


async def test_once_nobody_wants_it_it_is_free_for_all(clinic: TextingClinic) -> None:
    await clinic.joins(BEN)
    await freed(clinic)
    await clinic.wait()

    await clinic.texts_back(BEN, "NO")

    assert (await clinic.book(phone=DAN, name="Dan Brown")).status == "booked"


async def test_nobody_is_asked_about_a_time_that_was_taken_at_once(clinic: TextingClinic) -> None:
    await clinic.joins(BEN)
    await freed(clinic)
    await clinic.book(phone=DAN, name="Dan Brown")

    await clinic.wait()

    assert clinic.phone(BEN) == []


@pytest.mark.parametrize(
    "wish",
    [
        {"service": "Blood test"},
        {"practitioner": "Dr. Patel"},
        {"first_day": date(2027, 3, 3)},
        {"last_day": date(2027, 3, 1)},
        {"part_of_day": "afternoon"},
        {"status": "closed"},
        {"status": "booked"},
    ],
    ids=str,
)
async def test_only_those_it_suits_are_asked(
    clinic: TextingClinic, wish: dict[str, object]
) -> None:
    await clinic.joins(BEN, **wish)
    await clinic.joins(CARA)

    await freed(clinic)
    await clinic.wait()

    assert clinic.phone(BEN) == []
    assert len(clinic.phone(CARA)) == 1


async def test_one_person_is_asked_about_one_time_at_once(clinic: TextingClinic) -> None:
    await clinic.joins(BEN)
    await clinic.joins(CARA)
    second = await clinic.book(TUESDAY_TEN + timedelta(hours=1), phone=DAN)
    await freed(clinic)
    await clinic.wait()

    await clinic.cancel(second)
    await clinic.wait()

    assert len(clinic.phone(BEN)) == 1
    assert "Tue, Mar 2 at 11 AM" in clinic.phone(CARA)[0]


async def test_nobody_stays_on_the_list_for_days_that_are_over(clinic: TextingClinic) -> None:
    ben = await clinic.joins(BEN, last_day=date(2027, 3, 1))
    late = await clinic.book(TUESDAY_TEN + timedelta(days=1))
    clinic.now += timedelta(days=1)

    await clinic.cancel(late)
    await clinic.wait()

    assert (await clinic.waiting(ben)).status == "closed"


async def test_asking_begun_twice_holds_and_texts_once(clinic: TextingClinic) -> None:
    await clinic.joins(BEN)
    await clinic.joins(CARA)
    cancelled = await freed(clinic)
    await clinic.wait()
    key = f"waiting.offer:{cancelled.id}:{cancelled.revision}"

    async with clinic.database.transaction() as uow:
        await uow.outbox.again(key)
    await clinic.wait()

    assert clinic.phone(BEN) == [OFFER]
    assert clinic.phone(CARA) == []


async def test_a_no_that_was_overtaken_by_a_yes_changes_nothing(clinic: TextingClinic) -> None:
    ben = await clinic.joins(BEN)
    await freed(clinic)
    await clinic.wait()
    as_no_saw_it = await clinic.waiting(ben)
    await clinic.texts_back(BEN, "YES")
    offers = WaitingOffers(
        clinic.database,
        TakenTimes(clinic.database, EmbeddedCalendar()),
        TextSender(clinic.database, None, lambda: clinic.now),
        lambda: clinic.now,
    )

    await offers.pass_on(as_no_saw_it)
    await offers.pass_on(as_no_saw_it, leaves=True)

    assert (await clinic.waiting(ben)).status == "booked"
    assert [row.phone for row in await clinic.appointments()] == [BEN]


async def test_everybody_is_asked_once_and_then_the_work_is_done(clinic: TextingClinic) -> None:
    for phone in (BEN, CARA, DAN):
        await clinic.joins(phone)
    await freed(clinic)

    for _ in range(5):
        await clinic.wait(QUARTER + SOON)

    assert [len(clinic.phone(phone)) for phone in (BEN, CARA, DAN)] == [1, 1, 1]
    assert await clinic.undone() == []
    assert await clinic.appointments() == []


async def test_a_time_lost_to_a_persons_entry_in_the_calendar_is_offered_to_nobody(
    clinic: TextingClinic,
) -> None:
    await clinic.joins(BEN)
    booked = await clinic.book()

    await clinic.desk.book.cancel(booked.id, "conflict", call_sid="")
    await clinic.wait()

    assert clinic.phone(BEN) == []


async def test_whoever_cancels_is_not_offered_what_they_gave_up_unless_they_wait(
    clinic: TextingClinic,
) -> None:
    await freed(clinic)
    await clinic.wait()

    assert not any("has become free" in text for text in clinic.phone(ANNA))
