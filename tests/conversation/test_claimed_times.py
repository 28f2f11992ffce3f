"""What a claim says about when, against what was committed."""

from typing import Any

import pytest

from receptionist.conversation.claimed_times import truth_about
from receptionist.conversation.context import CommittedAction
from receptionist.ports.function_handler import HandlerResult
from tests.conversation.fakes import FACTS, Line, ScriptedModel, booking, spoken

SPOKEN = "Check-up, tomorrow at 2 PM with Dr. Lee"
BOOKED: dict[str, Any] = {"ok": True, "start": "2026-03-10T14:00:00-04:00", "spoken": SPOKEN}
COMMITTED = [CommittedAction("schedule_appointment", {}, BOOKED)]


@pytest.mark.parametrize(
    "sentence",
    [
        "You're booked for tomorrow at two.",
        "You're booked for Tuesday, March 10th at 2 PM.",
        "I've moved you from Monday at nine to Tuesday at 2:00.",
        "You're booked with Dr. Lee.",
        "It's booked: tomorrow afternoon.",
    ],
)
def test_the_day_and_time_of_the_booking_may_be_said(sentence: str) -> None:
    assert truth_about(sentence, COMMITTED, FACTS) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "You're booked for tomorrow at three.",
        "You're booked for Wednesday at two.",
        "See you on March 12th.",
        "I've booked you for 10:30.",
    ],
)
def test_another_day_or_time_is_answered_with_the_true_one(sentence: str) -> None:
    assert truth_about(sentence, COMMITTED, FACTS) == SPOKEN


def test_without_an_appointment_there_is_nothing_to_compare_with() -> None:
    assert truth_about("You're booked for Friday at one.", [], FACTS) is None


def booked_line(*answers: list[Any]) -> Line:
    line = Line(ScriptedModel([booking()], *answers))
    line.handlers["schedule_appointment"].result = HandlerResult(BOOKED, outcome="booked")
    return line


async def test_a_wrong_time_is_corrected_before_anybody_hears_it() -> None:
    line = booked_line(["You're booked for tomorrow at three."], ["You're booked for two."])

    events = await line.caller_says("book it")

    assert spoken(events) == ["You're booked for two."]


async def test_a_model_that_insists_is_replaced_by_the_booked_time() -> None:
    line = booked_line(["You're booked for tomorrow at three."], ["It's booked at three."])

    events = await line.caller_says("book it")

    assert spoken(events) == ["Let me say that properly.", f"It's this one: {SPOKEN}."]
