"""An emergency over the telephone: the number at once and by rule, then a person."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from receptionist.line.script import Callee, Interrupt, Wait
from tests.whole_calls.spoken import SpokenHouse, spoken_house

pytestmark = pytest.mark.call


@pytest.fixture
async def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SpokenHouse]:
    async with spoken_house(tmp_path, monkeypatch) as opened:
        yield opened


async def test_the_number_comes_first_and_without_the_model_and_then_a_person(
    clinic: SpokenHouse,
) -> None:
    told = await clinic.call(
        "my father has chest pain and can't breathe", "yes please put me through", callee=Callee()
    )

    answer = told.said.split("How can I help? ")[1]
    assert answer.startswith("Please hang up and call nine one one now")
    assert "put you through to someone at the practice?" in answer
    assert any("Maple Street Clinic" in words for words in told.report.said_by("callee"))
    assert (told.stored["outcome"], told.stored["ended_by"]) == ("emergency", "transfer")
    asked = [request["messages"][-1]["content"] for request in clinic.model.requests]
    assert asked == ["yes please put me through"]


async def test_in_the_middle_of_anything_else_the_number_comes_first(clinic: SpokenHouse) -> None:
    async with asyncio.timeout(90), asyncio.TaskGroup() as group:
        over_the_greeting = group.create_task(
            clinic.call(Interrupt("i want to die", after_ms=500), Wait(2))
        )
        while_booking = group.create_task(
            clinic.call("book me a check-up tomorrow morning", "i think i am having a stroke")
        )
        unanswered = group.create_task(
            clinic.call(
                *("i can't breathe", "yes please", Wait(1)),
                callee=Callee("no-answer"),
                from_number="anonymous",
            )
        )

    crisis, stroke, breath = (t.result() for t in (over_the_greeting, while_booking, unanswered))
    assert crisis.report.clears
    assert "How can I help?" not in crisis.stored["turns"][0]["heard"]
    assert "nine eight eight" in crisis.said
    assert "nine one one" in stroke.said.rsplit("Check-up", 1)[-1]
    assert "nine one one" in breath.said
    assert "message" in breath.said.split("put you through.")[1]
    assert {each.stored["outcome"] for each in (crisis, stroke, breath)} == {"emergency"}
