"""Callers are told by text what became of their appointments; staff, what they must see to."""

from dataclasses import replace
from datetime import timedelta

from db import SqlDatabase
from providers.messaging.embedded import EmbeddedMessaging
from receptionist.booking.edits import CalendarEdits
from receptionist.booking.follow_up import FollowUp
from receptionist.domain.opening_hours import Interval
from receptionist.ports.records import Appointment
from tests.texts.clinic import ANNA, NUMBER, SOON, TUESDAY_TEN, TextingClinic, open_texting_clinic

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def edits(clinic: TextingClinic) -> CalendarEdits:
    return CalendarEdits(clinic.database, FollowUp(external=False), lambda: clinic.now)


def to(appointment: Appointment, by: timedelta) -> Interval:
    return Interval(appointment.start + by, appointment.end + by)


async def test_a_booking_is_confirmed_with_its_link(clinic: TextingClinic) -> None:
    booked = await clinic.book()

    await clinic.wait()

    assert clinic.phone(ANNA) == [
        "Maple Street Clinic: you have an appointment with Dr. Lee on Tue, Mar 2 at 10 AM.\n"
        f"For your calendar: https://reception.example/appointments/{booked.link_token}.ics\n"
        f"To change it, call {NUMBER}"
    ]
    assert clinic.post.senders == {NUMBER}


async def test_without_a_phone_company_texts_are_kept_to_be_looked_at(
    database: SqlDatabase,
) -> None:
    clinic = await open_texting_clinic(database, messaging=EmbeddedMessaging())
    booked = await clinic.book()

    await clinic.wait()

    async with database.reading() as uow:
        text = await uow.texts.get(f"text.booked:{booked.id}:1")
    assert text is not None
    assert (text.phone, text.direction, text.status) == (ANNA, "out", "kept")
    assert "you have an appointment with Dr. Lee" in text.body


async def test_a_text_says_neither_who_nor_what_for(clinic: TextingClinic) -> None:
    await clinic.book()

    await clinic.wait()

    (text,) = clinic.phone(ANNA)
    assert not any(word in text for word in ("Anna", "Smith", "Check-up", "cough", "1984"))


async def test_nothing_is_said_before_the_calendar_had_its_say(clinic: TextingClinic) -> None:
    await clinic.book()

    await clinic.wait(timedelta(seconds=5))

    assert clinic.phone(ANNA) == []


async def test_a_booking_that_moved_meanwhile_is_told_once(clinic: TextingClinic) -> None:
    booked = await clinic.book()
    await clinic.move(booked, TUESDAY_TEN + HOUR)

    await clinic.wait()

    (text,) = clinic.phone(ANNA)
    assert "has been moved to Tue, Mar 2 at 11 AM" in text


async def test_a_booking_that_was_cancelled_meanwhile_is_not_confirmed(
    clinic: TextingClinic,
) -> None:
    await clinic.cancel(await clinic.book())

    await clinic.wait()

    (text,) = clinic.phone(ANNA)
    assert "on Tue, Mar 2 at 10 AM has been cancelled" in text


async def test_a_reminder_comes_a_day_ahead(clinic: TextingClinic) -> None:
    await clinic.book(TUESDAY_TEN + DAY)
    await clinic.wait()

    await clinic.wait(DAY - 2 * SOON)
    before = list(clinic.phone(ANNA))
    await clinic.wait(2 * SOON)

    assert len(before) == 1
    assert "a reminder of your appointment with Dr. Lee on Wed, Mar 3" in clinic.phone(ANNA)[1]


async def test_the_reminder_follows_a_move(clinic: TextingClinic) -> None:
    booked = await clinic.book(TUESDAY_TEN + DAY)
    await clinic.wait()
    await clinic.move(booked, TUESDAY_TEN + 2 * DAY)
    await clinic.wait()

    await clinic.wait(DAY)
    at_the_old_time = list(clinic.phone(ANNA))
    await clinic.wait(DAY)

    assert len(at_the_old_time) == 2
    assert "a reminder of your appointment with Dr. Lee on Thu, Mar 4" in clinic.phone(ANNA)[2]
    assert len(clinic.phone(ANNA)) == 3


async def test_nobody_is_reminded_of_what_was_cancelled(clinic: TextingClinic) -> None:
    await clinic.cancel(await clinic.book(TUESDAY_TEN + DAY))

    await clinic.wait(3 * DAY)

    assert not any("reminder" in text for text in clinic.phone(ANNA))
    assert await clinic.undone() == []


async def test_what_is_soon_anyway_needs_no_reminder(clinic: TextingClinic) -> None:
    await clinic.book(TUESDAY_TEN)

    await clinic.wait(2 * DAY)

    assert len(clinic.phone(ANNA)) == 0  # The day is over: a confirmation would only confuse.
    assert await clinic.undone() == []


async def test_a_practice_that_wants_no_texts_sends_none(database: SqlDatabase) -> None:
    clinic = await open_texting_clinic(database, text_messages=False)
    await clinic.book(TUESDAY_TEN + DAY)

    await clinic.wait(DAY)

    assert clinic.phone(ANNA) == []


async def test_while_the_vendor_is_down_a_text_waits(clinic: TextingClinic) -> None:
    clinic.post.is_down = True
    await clinic.book(TUESDAY_TEN + 2 * DAY)
    await clinic.wait()
    clinic.post.is_down = False

    await clinic.wait(HOUR)

    assert len(clinic.phone(ANNA)) == 1


async def test_a_lost_answer_sends_no_second_text(clinic: TextingClinic) -> None:
    clinic.post.lost_answers = 1
    await clinic.book(TUESDAY_TEN + 2 * DAY)
    await clinic.wait()

    await clinic.wait(HOUR)

    assert len(clinic.phone(ANNA)) == 1
    assert [row.kind for row in await clinic.undone()] == ["text.reminder"]


async def test_a_text_begun_twice_is_sent_once(clinic: TextingClinic) -> None:
    booked = await clinic.book()
    await clinic.wait()
    async with clinic.database.transaction() as uow:
        await uow.outbox.again(f"text.booked:{booked.id}:1")

    await clinic.wait()

    assert len(clinic.phone(ANNA)) == 1


async def test_a_number_that_cannot_be_texted_is_not_tried_again(clinic: TextingClinic) -> None:
    clinic.post.refusing.add(ANNA)
    await clinic.book(TUESDAY_TEN + 2 * DAY)

    await clinic.wait()

    assert [row.kind for row in await clinic.undone()] == ["text.reminder"]
    assert await clinic.messages() == []


async def test_what_a_person_moved_is_told_to_caller_and_staff(clinic: TextingClinic) -> None:
    booked = await clinic.book()
    await clinic.wait()

    await edits(clinic).moved(clinic.practice, booked, to(booked, HOUR))
    await clinic.wait()

    assert "has been moved to Tue, Mar 2 at 11 AM" in clinic.phone(ANNA)[1]
    (message,) = await clinic.messages()
    assert message.message == (
        "This appointment was moved in the calendar and is now on Tue, Mar 2 at 11 AM. "
        "The caller is told by text."
    )
    assert (message.caller_name, message.phone, message.urgency) == ("Anna Smith", ANNA, "routine")


async def test_what_a_person_deleted_is_told_to_caller_and_staff(clinic: TextingClinic) -> None:
    booked = await clinic.book()
    await clinic.wait()

    await edits(clinic).deleted(clinic.practice, booked)
    await clinic.wait()

    assert "has been cancelled" in clinic.phone(ANNA)[1]
    (message,) = await clinic.messages()
    assert "was deleted from the calendar" in message.message


async def test_a_conflict_is_urgent_for_the_staff(clinic: TextingClinic) -> None:
    booked = await clinic.book()

    await edits(clinic).conflict(clinic.practice, booked)
    await clinic.wait()

    (text,) = clinic.phone(ANNA)
    assert "we cannot see you on Tue, Mar 2 at 10 AM after all" in text
    (message,) = await clinic.messages()
    assert (message.urgency, message.recipient) == ("urgent", "Dr. Lee")


async def test_staff_are_told_also_where_nobody_is_texted(database: SqlDatabase) -> None:
    clinic = await open_texting_clinic(database, text_messages=False)
    booked = await clinic.book()

    await edits(clinic).deleted(clinic.practice, booked)
    await clinic.wait()

    assert clinic.phone(ANNA) == []
    (message,) = await clinic.messages()
    assert message.message.endswith("The caller has not been told: please call.")
    assert message.urgency == "urgent"


async def test_a_notice_that_cannot_be_texted_becomes_a_call_to_make(
    clinic: TextingClinic,
) -> None:
    booked = await clinic.book()
    clinic.post.refusing.add(ANNA)

    await edits(clinic).deleted(clinic.practice, booked)
    await clinic.wait()

    unreached = [m for m in await clinic.messages() if "could not be reached" in m.message]
    assert [m.urgency for m in unreached] == ["urgent"]


async def test_a_notice_that_was_not_delivered_becomes_a_call_to_make(
    clinic: TextingClinic,
) -> None:
    booked = await clinic.book()
    await clinic.wait()
    await edits(clinic).deleted(clinic.practice, booked)
    await clinic.wait()
    sid = clinic.post.sids[clinic.phone(ANNA)[1]]

    await clinic.desk.texts.status(sid, "undelivered")
    await clinic.desk.texts.status(sid, "undelivered")
    await clinic.desk.texts.status(sid, "sent")

    unreached = [m for m in await clinic.messages() if "could not be reached" in m.message]
    assert len(unreached) == 1


async def test_a_confirmation_that_was_not_delivered_is_no_work_for_anybody(
    clinic: TextingClinic,
) -> None:
    await clinic.book()
    await clinic.wait()

    await clinic.desk.texts.status(clinic.post.sids[clinic.phone(ANNA)[0]], "undelivered")

    assert await clinic.messages() == []


async def test_a_notice_that_a_later_change_overtook_is_not_told(clinic: TextingClinic) -> None:
    booked = await clinic.book()
    await clinic.wait()
    await edits(clinic).moved(clinic.practice, booked, to(booked, HOUR))
    moved = replace(booked, revision=2, start=booked.start + HOUR, end=booked.end + HOUR)

    await edits(clinic).deleted(clinic.practice, moved)
    await clinic.wait()

    assert len(clinic.phone(ANNA)) == 2
    assert "has been cancelled" in clinic.phone(ANNA)[1]
