"""What a process keeps of its calls: those on the line, and a few that have just ended."""

from dataclasses import replace
from datetime import UTC, datetime

from receptionist.call.memory import MOST_OVER, CallMemory, KnownCall
from receptionist.ports.records import CallRecord
from tests.call.stage import FakeJournal
from tests.conversation.fakes import PRACTICE

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


def known(call_sid: str) -> KnownCall:
    """A call that was read."""
    return KnownCall(CallRecord(call_sid, 1, None, "+15550100", NOW), PRACTICE, called_before=False)


def test_a_day_of_calls_does_not_fill_the_memory() -> None:
    memory = CallMemory(FakeJournal())
    memory.remember(known("on the line"))
    for number in range(10 * MOST_OVER):
        memory.remember(known(f"CA{number}"))
        memory.ended(f"CA{number}", "caller", NOW)

    kept = [sid for sid in (f"CA{n}" for n in range(10 * MOST_OVER)) if memory.recall(sid)]
    assert kept == [f"CA{number}" for number in range(9 * MOST_OVER, 10 * MOST_OVER)]
    assert memory.recall("on the line") is not None


def test_a_call_that_was_given_up_and_came_back_is_not_forgotten() -> None:
    memory = CallMemory(FakeJournal())
    memory.remember(known("CA back"))
    memory.ended("CA back", "lost", NOW)
    memory.remember(known("CA back"))
    for number in range(2 * MOST_OVER):
        memory.remember(known(f"CA{number}"))
        memory.ended(f"CA{number}", "caller", NOW)

    assert memory.recall("CA back") is not None


def test_calls_are_taken_for_every_practice_that_was_seen() -> None:
    memory = CallMemory(FakeJournal())
    other = replace(PRACTICE, id=2, numbers=("+15550188",))
    memory.learn([PRACTICE, other])

    assert memory.practice_of("+15550188") == other
    assert memory.practice_of("+15550199") is None
