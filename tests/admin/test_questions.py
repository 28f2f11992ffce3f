"""What callers ask in vain: kept without who asked, grouped, answered with one click."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from db import SqlDatabase
from receptionist.domain.practice import Document, Faq
from receptionist.ports.practice_history import Question
from tests.admin.clinic import CALL, SCRIPT, Staff, audited
from tests.admin.test_settings import carried, practice

ASKED = [
    "Do you have a changing table for babies?",
    "Is there a changing table for a baby?",
    f"Do you sell {SCRIPT}?",
]


@pytest.fixture
async def asked(database: SqlDatabase) -> list[int]:
    """The ids, newest last."""
    async with database.transaction() as uow:
        for number, question in enumerate(ASKED):
            at = datetime(2026, 11, 20, 9, number, tzinfo=UTC)
            await uow.questions.add(Question(f"{CALL}:{number}", 1, CALL, question, at))
        return [each.id for each in reversed(await uow.questions.open(1, 10))]


async def test_those_alike_are_taken_together_the_most_asked_first(
    omar: Staff, asked: list[int]
) -> None:
    page = (await omar.get("/admin/questions")).text

    assert page.index("changing table for a baby") < page.index("Do you sell")
    assert "1 more like it" in page
    assert SCRIPT not in page


async def test_one_click_begins_an_answer_and_the_question_is_gone(
    omar: Staff, database: SqlDatabase, asked: list[int]
) -> None:
    begun = await omar.get(f"/admin/settings/faqs?from={asked[1]}")
    assert 'value="Is there a changing table for a baby?"' in begun.text

    fields = {"question": ASKED[1], "answer": "Yes, on the first floor."}
    looked = await omar.post("/admin/settings/faqs", {**fields, "seen": 0})
    await omar.post("/admin/settings/faqs", {**fields, **carried(looked.text), "step": "save"})

    assert (await practice(database)).faqs == (Faq(ASKED[1], "Yes, on the first floor."),)
    page = (await omar.get("/admin/questions")).text
    assert "changing table" not in page
    assert "Do you sell" in page


async def test_what_a_document_answers_is_not_unanswered(
    omar: Staff, database: SqlDatabase, asked: list[int]
) -> None:
    leaflet = Document("With a baby", "There is a changing table for babies on the first floor.")
    async with database.transaction() as uow:
        (before,) = await uow.practices.all()
        await uow.practices.save(replace(before, documents=(leaflet,)))

    page = (await omar.get("/admin/questions")).text

    assert "changing table" not in page
    assert "Do you sell" in page


async def test_what_is_not_for_us_is_dismissed(
    omar: Staff, database: SqlDatabase, asked: list[int]
) -> None:
    await omar.post("/admin/questions/dismiss", {"id": [*asked, "x"]})

    assert "Nothing is unanswered." in (await omar.get("/admin/questions")).text
    rows = await audited(database)
    assert ("omar", "questions.dismissed", "3 questions") in rows
    assert ("omar", "viewed", "questions") in rows


async def test_an_erased_call_takes_its_questions_along(
    omar: Staff, database: SqlDatabase, asked: list[int]
) -> None:
    async with database.transaction() as uow:
        await uow.erasure.erase_call(CALL, datetime.now(UTC), by="omar")

    async with database.reading() as uow:
        assert await uow.questions.open(1, 10) == []


async def test_the_page_is_for_managers(mia: Staff) -> None:
    assert (await mia.get("/admin/questions")).status_code == 403
