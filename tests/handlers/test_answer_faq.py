"""Questions are answered with what the practice approved, and with nothing else."""

from datetime import datetime

import pytest

from db import SqlDatabase
from receptionist.domain.practice import Document, Synonyms
from tests.handlers.clinic import NEW_YORK, Clinic, open_clinic


async def answer(clinic: Clinic, question: str, **facts: object) -> dict:
    result = await clinic.ask("answer_faq", clinic.facts(**facts), question=question)
    return {**result.content, "outcome": result.outcome}


async def test_an_approved_answer_is_given_in_its_own_words(clinic: Clinic) -> None:
    given = await answer(clinic, "is there somewhere I can park my car")

    assert given["known"] is True
    assert given["answer"] == "There is free parking behind the building."
    assert given["outcome"] == "answered"


@pytest.mark.parametrize("question", ["do you sell surfboards", "what is the capital of peru", "?"])
async def test_what_nobody_wrote_down_is_not_known_and_a_message_is_offered(
    clinic: Clinic, question: str
) -> None:
    given = await answer(clinic, question)

    assert given["known"] is False
    assert given["answer"] == ""
    assert "message" in given["advice"]
    assert given["outcome"] is None


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("are you open today", "open today from 9 AM to 12 PM and from 1 PM to 5 PM"),
        ("when do you close tomorrow", "open tomorrow from 9 AM"),
        ("are you open on friday", "closed Friday, March 5th"),
        ("what are your opening hours", "Monday to Friday from 9 AM to 12 PM and 1 PM to 5 PM"),
        ("are you open on sunday", "closed Sunday, March 7th. We're open Monday, March 8th"),
    ],
)
async def test_hours_come_from_the_practices_calendar(
    clinic: Clinic, question: str, words: str
) -> None:
    assert words in (await answer(clinic, question))["answer"]


async def test_the_day_is_the_practices_and_not_the_servers(clinic: Clinic) -> None:
    late = datetime(2027, 3, 4, 23, 30, tzinfo=NEW_YORK)

    given = await answer(clinic, "are you open tomorrow", now=late)

    assert "closed tomorrow" in given["answer"]


async def test_services_and_people_are_listed(clinic: Clinic) -> None:
    services = await answer(clinic, "which services do you have")
    people = await answer(clinic, "which doctors work there")

    assert services["answer"] == "We offer Check-up and Blood test."
    assert people["answer"] == "You can see Dr. Lee, Dr. Patel and Nurse Gomez."


async def test_an_approved_answer_comes_before_the_calendars(database: SqlDatabase) -> None:
    from receptionist.domain.practice import Faq

    clinic = await open_clinic(
        database, faqs=(Faq("What are your opening hours?", "By appointment only."),)
    )

    assert (await answer(clinic, "what are your opening hours"))["answer"] == "By appointment only."


async def test_a_practice_without_lists_knows_none(database: SqlDatabase) -> None:
    clinic = await open_clinic(database, services=(), practitioners=(), hours={}, faqs=())

    assert (await answer(clinic, "which services do you have"))["known"] is False
    assert (await answer(clinic, "which doctors work there"))["known"] is False
    assert "no regular opening hours" in (await answer(clinic, "when are you open"))["answer"]


@pytest.mark.parametrize(
    "question",
    ["do you do blood tests", "can i get a blood test there", "Hi, do you offer check-ups?"],
)
async def test_a_service_asked_about_is_offered(clinic: Clinic, question: str) -> None:
    given = await answer(clinic, question)

    assert given["answer"].startswith("Yes, we offer that: ")


async def test_hours_of_a_holiday_are_those_of_its_day(clinic: Clinic) -> None:
    given = await answer(clinic, "are you open on march 5th")

    assert given["answer"].startswith("We're closed Friday, March 5th.")


LEAFLET = Document(
    "Blood test",
    "Eat nothing for eight hours before a fasting test.\n\n"
    "Ibuprofen thins the blood. Results come within three working days.",
)


async def test_a_document_is_quoted_where_no_approved_answer_fits(database: SqlDatabase) -> None:
    clinic = await open_clinic(database, documents=(LEAFLET,))

    given = await answer(clinic, "may I eat before a fasting test")
    parking = await answer(clinic, "where can I park")

    assert given["known"] is True
    assert given["answer"] == "Eat nothing for eight hours before a fasting test."
    assert parking["answer"] == "There is free parking behind the building."


@pytest.mark.parametrize("question", ["should I take ibuprofen", "is ibuprofen safe for my blood"])
async def test_a_document_is_never_medical_advice(database: SqlDatabase, question: str) -> None:
    clinic = await open_clinic(database, documents=(LEAFLET,))

    assert (await answer(clinic, question))["known"] is False


async def test_the_practices_own_words_are_understood(database: SqlDatabase) -> None:
    words = (Synonyms("park", ("vehicle bay",)),)
    clinic = await open_clinic(database, synonyms=words)

    given = await answer(clinic, "where's your vehicle bay")

    assert given["answer"] == "There is free parking behind the building."
