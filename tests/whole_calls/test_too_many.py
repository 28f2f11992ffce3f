"""More calls than a process may hold on streams: none of them is put on one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from providers.llm.embedded import EmbeddedLanguageModel
from receptionist.call.phrases import TOO_BUSY
from receptionist.call.warm import Vendors
from receptionist.line.line import place_call
from receptionist.line.report import CallReport
from receptionist.line.script import Callee, HangUp, Say, Step
from tests.call.fakes import FakeRecogniser, FakeVoice
from tests.whole_calls.held import answered_call, held_call
from tests.whole_calls.house import House, environment, open_house

pytestmark = pytest.mark.call
HELPERS = "+15550112"
GREETING = "Thank you for calling Maple Street Clinic. How can I help?"


@asynccontextmanager
async def full_house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, practice_lines: str = ""
) -> AsyncIterator[House]:
    """One stream is all it holds, and one call has it."""
    settings = {"VAD_PROVIDER": "energy", "STREAM_CALLS": "1"}
    values = environment(tmp_path, practice_lines=practice_lines, **settings)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    recogniser = FakeRecogniser()
    vendors = Vendors([recogniser], [EmbeddedLanguageModel()], [FakeVoice()])
    monkeypatch.setattr("receptionist.bootstrap.build_vendors", lambda *_: vendors)
    async with (
        open_house() as house,
        held_call(house, recogniser, "+15550188") as (call, group),
    ):
        await answered_call(call, group)
        yield house
        await call.stop()


@pytest.fixture
async def full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    async with full_house(tmp_path, monkeypatch) as house:
        yield house


@pytest.fixture
async def helped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    lines = f'  fallback_number: "{HELPERS}"\n'
    async with full_house(tmp_path, monkeypatch, lines) as house:
        yield house


async def talk(house: House, *steps: Step, **options: Any) -> tuple[CallReport, Any]:
    async with asyncio.timeout(30):
        report = await place_call(house.options(**options), steps)
    return report, await house.get(f"calls/{report.call_sid}")


async def test_one_too_many_is_answered_in_plain_mode(full: House) -> None:
    report, stored = await talk(full, Say("where can i park"), HangUp())

    said = report.said_by("receptionist")
    assert (report.streams, report.errors) == (0, [])
    assert said[0] == GREETING
    assert "free parking" in " ".join(said)
    assert stored["ended_by"] == "caller"


async def test_one_too_many_is_put_through_where_somebody_helps_out(helped: House) -> None:
    report, stored = await talk(helped, callee=Callee(talk_s=0.1, rings_s=0.1))

    assert (report.streams, report.errors) == (0, [])
    assert report.said_by("receptionist") == [TOO_BUSY]
    assert any("Maple Street Clinic" in text for text in report.said_by("callee"))
    assert (stored["outcome"], stored["ended_by"]) == ("transferred", "transfer")


async def test_when_nobody_helps_out_either_the_caller_can_leave_a_message(helped: House) -> None:
    callee = Callee("no-answer", rings_s=0.1)
    report, stored = await talk(helped, Say("no thank you goodbye"), callee=callee)

    assert (report.streams, report.errors) == (0, [])
    assert "message" in stored["turns"][0]["heard"]


async def test_a_ring_told_twice_is_put_through_all_the_same(helped: House) -> None:
    call = {"CallSid": "CA" + "7" * 32, "From": "+15550123", "To": "+15550100"}

    answers = [await helped.post("/voice/incoming", call) for _ in range(2)]
    failed = {"ErrorCode": "11200", "ErrorUrl": f"{helped.url}/voice/incoming"}
    rescued = await helped.post("/voice/fallback", call | failed)

    assert f">{HELPERS}</Number>" in answers[0].text
    assert answers[1].text == rescued.text == answers[0].text


async def test_a_new_call_that_nobody_has_room_for_is_asked_for_a_voicemail_when_it_failed(
    full: House,
) -> None:
    call = {"CallSid": "CA" + "7" * 32, "From": "+15550123", "To": "+15550100"}

    answer = await full.post("/voice/fallback", {**call, "ErrorCode": "11200"})

    assert "<Record" in answer.text
