"""Calls with nothing but a Twilio number: plain mode and the embedded engine."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from receptionist.line.line import place_call
from receptionist.line.script import Callee, Keys, Say, Step, Wait
from tests.whole_calls.house import House, environment, open_house

pytestmark = pytest.mark.call


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    async with open_house() as opened:
        yield opened


async def talk(house: House, *steps: str | Step, **options: object):
    script = [Say(step) if isinstance(step, str) else step for step in steps]
    report = await place_call(house.options(**options), script)
    stored = await house.get(f"calls/{report.call_sid}")
    return report, " ".join(report.said_by("receptionist")), stored


async def test_a_number_that_has_called_before_is_welcomed_back_without_a_name(
    house: House,
) -> None:
    _, first, _ = await talk(house, "when are you open")
    _, again, _ = await talk(house, "when are you open")
    _, other, _ = await talk(house, "when are you open", from_number="+15550177")

    assert "Welcome back. Thank you for calling" in again
    assert "Welcome back" not in first + other


async def test_it_greets_and_answers_a_question(house: House) -> None:
    report, said, stored = await talk(house, "where can i park")

    assert said.startswith("Thank you for calling Maple Street Clinic.")
    assert "free parking behind the building" in said
    assert report.errors == []
    assert [turn["caller"] for turn in stored["turns"]][:2] == ["", "where can i park"]
    assert stored["ended_by"] == "caller"


async def test_a_booking_asked_for_in_one_sentence_is_in_the_database(house: House) -> None:
    _, said, stored = await talk(
        house,
        "when are you open on friday",
        "book me a check-up tomorrow morning",
        "the first one",
        "my name is Anna Smith",
        "yes please",
        "no thank you goodbye",
    )

    appointments = (await house.get("appointments"))["items"]
    assert [a["service"] for a in appointments] == ["Check-up"], said
    assert appointments[0]["status"] == "booked"
    assert appointments[0]["call_sid"] == stored["call_sid"]
    assert appointments[0]["caller_name"] == "Anna Smith"
    assert stored["outcome"] == "booked"


async def test_a_message_is_in_the_inbox(house: House) -> None:
    _, said, stored = await talk(
        house,
        "i would like to leave a message",
        "my name is Anna Smith",
        "please tell doctor lee that the new tablets work well",
        "yes that is right",
        "no thank you goodbye",
    )

    messages = (await house.get("messages"))["items"]
    assert len(messages) == 1, said
    assert "tablets" in messages[0]["message"]
    assert messages[0]["status"] == "new"
    assert stored["outcome"] == "message"


async def test_a_transfer_that_is_answered_ends_the_call_there(house: House) -> None:
    report, _, stored = await talk(house, "can i speak to a person please", callee=Callee())

    assert any("Maple Street Clinic" in text for text in report.said_by("callee")), report
    assert stored["ended_by"] == "transfer"
    assert stored["outcome"] == "transferred"


async def test_a_transfer_that_is_not_answered_comes_back_and_offers_a_message(
    house: House,
) -> None:
    callee = Callee(outcome="no-answer")
    _, said, stored = await talk(house, "can i speak to a person please", callee=callee)

    assert "message" in said
    assert stored["ended_by"] == "caller"


async def test_zero_asks_for_a_person(house: House) -> None:
    report, _, stored = await talk(house, Keys("0"))

    assert report.said_by("callee")
    assert stored["ended_by"] == "transfer"


async def test_an_emergency_is_answered_with_the_number_first(house: House) -> None:
    _, said, stored = await talk(house, "my father has chest pain and can't breathe")

    answer = said.split("How can I help?")[1]
    assert "911" in answer.split(".")[0]
    assert stored["outcome"] == "emergency"


async def test_silence_is_asked_about_once_and_then_ends_the_call(house: House) -> None:
    _, said, stored = await talk(house, Wait(30), Wait(30))

    assert "Are you still there?" in said
    assert "Goodbye" in said
    assert stored["ended_by"] == "receptionist"


async def test_an_unknown_number_gets_a_sentence_and_an_audit_row(house: House) -> None:
    report = await place_call(house.options(to_number="+15559999"), [Say("hello")])

    assert "not connected to a practice" in " ".join(report.said_by("receptionist"))
    actions = [row["action"] for row in (await house.get("audit"))["items"]]
    assert "call.refused.unknown_number" in actions


async def test_a_withheld_number_is_a_call_like_any_other(house: House) -> None:
    _, said, stored = await talk(house, "where can i park", from_number="anonymous")

    assert "free parking" in said
    assert stored["from"] is None


async def test_a_retried_turn_gets_the_same_answer_and_is_done_once(house: House) -> None:
    call = {"CallSid": "CA" + "1" * 32, "From": "+15550123", "To": "+15550100"}
    await house.post("/voice/incoming", call)
    turn = {**call, "SpeechResult": "where can i park", "Confidence": "0.9"}

    first = await house.post("/voice/turn?turn=1", turn)
    again = await house.post("/voice/turn?turn=1", turn)

    assert first.text == again.text
    turns = (await house.get(f"calls/{call['CallSid']}"))["turns"]
    assert [t["caller"] for t in turns] == ["", "where can i park"]


async def test_status_callbacks_in_any_order_and_number_end_a_call_once(house: House) -> None:
    call = {"CallSid": "CA" + "2" * 32, "From": "+15550123", "To": "+15550100"}
    await house.post("/voice/status", {**call, "CallStatus": "completed"})
    await house.post("/voice/incoming", {**call, "CallStatus": "ringing"})

    for status in ("completed", "in-progress", "completed", "ringing"):
        answer = await house.post("/voice/status", {**call, "CallStatus": status})
        assert answer.status_code == 204

    stored = await house.get(f"calls/{call['CallSid']}")
    assert stored["ended_by"] == "caller"


async def test_a_voicemail_reaches_the_inbox_once(house: House) -> None:
    call = {"CallSid": "CA" + "3" * 32, "From": "+15550123", "To": "+15550100"}
    fallback = await house.post("/voice/fallback", {**call, "ErrorCode": "11200"})
    recorded = {**call, "RecordingUrl": "https://api.example/RE1", "RecordingDuration": "7"}

    action = await house.post("/voice/recording", recorded | {"RecordingSid": "RE1"})
    callback = await house.post(
        "/voice/recording", recorded | {"RecordingSid": "RE1", "RecordingStatus": "completed"}
    )

    assert "<Record" in fallback.text
    assert "passed on" in action.text
    assert callback.status_code == 204
    messages = (await house.get("messages"))["items"]
    assert [message["caller_name"] for message in messages] == ["Voicemail"]
    stored = await house.get(f"calls/{call['CallSid']}")
    assert (stored["outcome"], stored["ended_by"]) == ("message", "receptionist")
    audit = (await house.get("audit?limit=100"))["items"]
    assert [row["action"] for row in audit].count("voicemail.recorded") == 1
