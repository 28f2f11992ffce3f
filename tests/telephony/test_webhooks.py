"""What the webhooks answer when they are asked oddly, late, or by a house in trouble."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from providers.llm.embedded import EmbeddedLanguageModel
from receptionist.call.desk import FrontDesk
from receptionist.call.warm import Vendors
from receptionist.telephony.requests import LARGEST_BODY, WITHHELD
from tests.call.fakes import FakeRecogniser, FakeVoice
from tests.whole_calls.house import House, environment, open_house

pytestmark = pytest.mark.call
CALL = {"CallSid": "CA" + "1" * 32, "From": "+15550123", "To": "+15550100"}


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    async with open_house() as opened:
        yield opened


@pytest.fixture
async def streaming(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    for name, value in environment(tmp_path, VAD_PROVIDER="energy").items():
        monkeypatch.setenv(name, value)
    vendors = Vendors([FakeRecogniser()], [EmbeddedLanguageModel()], [FakeVoice()])
    monkeypatch.setattr("receptionist.bootstrap.build_vendors", lambda *_: vendors)
    async with open_house() as opened:
        yield opened


async def test_status_callbacks_in_every_order_end_a_call_once(house: House) -> None:
    events = ("initiated", "ringing", "in-progress", "completed")
    orders = list(itertools.permutations(events))[::4]
    for number, order in enumerate(orders):
        call = {**CALL, "CallSid": f"CA{number:032x}"}
        await house.post("/voice/incoming", {**call, "CallStatus": "ringing"})
        for sequence, status in enumerate((*order, *order)):
            form = {**call, "CallStatus": status, "SequenceNumber": str(sequence)}
            assert (await house.post("/voice/status", form)).status_code == 204

    calls = (await house.get("calls?limit=100"))["items"]
    assert len(calls) == len(orders)
    assert {call["ended_by"] for call in calls} == {"caller"}


async def test_a_call_that_nobody_knows_breaks_nothing(house: House) -> None:
    names = "status stream-status ended turn?turn=x transfer announce recording".split()
    odd = {**CALL, "Digits": "9" * 500, "Confidence": "nan", "CallStatus": "?"}
    for name, form in itertools.product(names, ({}, CALL, odd)):
        answer = await house.post(f"/voice/{name}", form)
        assert answer.status_code in (200, 204), name


async def test_a_caller_who_is_not_in_the_records_is_answered_and_not_hung_up_on(
    house: House,
) -> None:
    answer = await house.post("/voice/ended", {**CALL, "CallStatus": "in-progress"})

    assert "How can I help?" in answer.text
    assert len((await house.get("calls"))["items"]) == 1


async def test_a_withheld_number_in_any_form_is_nobodys(house: House) -> None:
    forms = ("anonymous", "Restricted", "unknown", "", "client:web", *WITHHELD)
    for number, caller in enumerate((*forms, *(f"+{digits}" for digits in WITHHELD))):
        ring = {**CALL, "CallSid": f"CA{number:032x}", "From": caller}
        answer = await house.post("/voice/incoming", ring)
        assert "How can I help?" in answer.text
        assert "Welcome back" not in answer.text

    calls = (await house.get("calls?limit=100"))["items"]
    assert {call["from"] for call in calls} == {None}


async def test_a_number_set_up_for_get_is_answered(house: House) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{house.url}/voice/incoming", params=CALL)

    assert "How can I help?" in answer.text


async def test_a_body_of_absurd_size_is_refused(house: House) -> None:
    answer = await house.post("/voice/incoming", {**CALL, "Junk": "x" * LARGEST_BODY})

    assert answer.status_code == 403


async def test_a_fallback_is_answered_though_nothing_can_be_written(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(FrontDesk, "rescued", broken)

    answer = await house.post("/voice/fallback", {**CALL, "ErrorCode": "11200"})

    assert answer.status_code == 200
    assert "<Record" in answer.text


async def test_a_voicemail_knows_its_caller_though_the_callback_does_not_say(house: House) -> None:
    recorded = {"CallSid": CALL["CallSid"], "RecordingSid": "RE1", "RecordingDuration": "7"}
    recorded["RecordingUrl"] = "https://api.example/RE1"
    await house.post("/voice/fallback", {**CALL, "ErrorCode": "11200"})

    await house.post("/voice/recording", {**recorded, "RecordingStatus": "completed"})
    await house.post("/voice/recording", {**CALL, **recorded, "Digits": "hangup"})

    (message,) = (await house.get("messages"))["items"]
    assert message["phone"] == "+15550123"


async def test_a_voicemail_of_a_call_that_nobody_knew_is_in_the_records_once(house: House) -> None:
    recorded = {"RecordingSid": "RE1", "RecordingDuration": "7", "RecordingUrl": "https://a.b/RE1"}
    action = {**CALL, **recorded, "Digits": "#"}
    callback = {"CallSid": CALL["CallSid"], **recorded, "RecordingStatus": "completed"}
    for form in (action, callback, callback, action):
        await house.post("/voice/recording", form)

    (call,) = (await house.get("calls"))["items"]
    (message,) = (await house.get("messages"))["items"]
    assert (call["outcome"], call["ended_by"]) == ("message", "receptionist")
    assert (call["from"], call["to"]) == (CALL["From"], CALL["To"])
    assert message["call_sid"] == CALL["CallSid"]


async def test_a_call_that_we_never_answered_gets_a_voicemail_and_is_in_the_records(
    house: House,
) -> None:
    failed = {**CALL, "ErrorCode": "11200", "ErrorUrl": f"{house.url}/voice/incoming"}

    answer = await house.post("/voice/fallback", failed)

    assert "<Record" in answer.text
    (call,) = (await house.get("calls"))["items"]
    assert call["call_sid"] == CALL["CallSid"]


async def test_the_fallback_goes_on_with_a_conversation_but_once(house: House) -> None:
    ring = await house.post("/voice/incoming", CALL)
    failed = {**CALL, "ErrorCode": "11200", "ErrorUrl": f"{house.url}/voice/turn?turn=1"}

    first, second = [await house.post("/voice/fallback", failed) for _ in range(2)]

    assert "How can I help?" in first.text
    assert ring.text == first.text
    assert "<Record" in second.text


async def test_a_call_whose_turn_failed_hears_the_last_answer_again(house: House) -> None:
    await house.post("/voice/incoming", CALL)
    heard = {**CALL, "SpeechResult": "where can i park", "Confidence": "0.9"}
    answer = await house.post("/voice/turn?turn=1", heard)

    failed = {**CALL, "ErrorCode": "11200", "ErrorUrl": f"{house.url}/voice/turn?turn=1"}
    again = await house.post("/voice/fallback", failed)

    assert "free parking" in answer.text
    assert again.text == answer.text


async def test_a_repeated_fallback_is_answered_as_the_first_was(house: House) -> None:
    await house.post("/voice/incoming", CALL)
    failed = {**CALL, "ErrorCode": "11200", "ErrorUrl": f"{house.url}/voice/turn?turn=1"}

    first, again, another = [
        await house.post("/voice/fallback", failed, request_id=request_id)
        for request_id in ("a", "a", "b")
    ]

    assert "How can I help?" in first.text
    assert again.text == first.text
    assert "<Record" in another.text


async def test_a_repeated_fallback_says_nothing_and_does_nothing_twice(house: House) -> None:
    await house.post("/voice/incoming", CALL)
    await house.post("/voice/turn?turn=1", {**CALL, "Digits": "0"})
    failed = {**CALL, "ErrorCode": "11200", "ErrorUrl": f"{house.url}/voice/transfer"}

    first = await house.post("/voice/fallback", failed, request_id="a")
    before = (await house.get(f"calls/{CALL['CallSid']}"))["turns"]
    again = await house.post("/voice/fallback", failed, request_id="a")

    assert "message" in first.text
    assert again.text == first.text
    assert (await house.get(f"calls/{CALL['CallSid']}"))["turns"] == before


async def test_a_repeated_fallback_of_a_stream_opens_it_with_a_new_token_and_resumes_once(
    streaming: House,
) -> None:
    await streaming.post("/voice/incoming", CALL)
    async with streaming.services.database.transaction() as uow:
        await uow.calls.set_states({CALL["CallSid"]: {"turn": 1}})
    failed = {**CALL, "ErrorCode": "11200", "ErrorUrl": f"{streaming.url}/voice/ended"}

    first, again = [
        await streaming.post("/voice/fallback", failed, request_id="a") for _ in range(2)
    ]

    assert "<Stream" in first.text
    assert "<Stream" in again.text
    assert again.text != first.text
    async with streaming.services.database.reading() as uow:
        call = await uow.calls.get(CALL["CallSid"])
    assert call is not None
    assert call.state["resumes"] == 1


async def test_a_transfer_whose_webhook_failed_is_not_dialled_again(house: House) -> None:
    await house.post("/voice/incoming", CALL)
    asked = await house.post("/voice/turn?turn=1", {**CALL, "Digits": "0"})

    failed = {**CALL, "ErrorCode": "11200", "ErrorUrl": f"{house.url}/voice/transfer"}
    again = await house.post("/voice/fallback", failed)

    assert "<Dial" in asked.text
    assert "<Dial" not in again.text
    assert "message" in again.text


async def test_a_process_that_leaves_goes_on_with_its_calls_and_takes_no_new_one(
    house: House,
) -> None:
    known, new = CALL, {**CALL, "CallSid": "CA" + "2" * 32}
    await house.post("/voice/incoming", known)
    house.services.active.draining = True
    failed = {"ErrorCode": "11200", "ErrorUrl": f"{house.url}/voice/turn?turn=1"}

    answers = [await house.post("/voice/fallback", call | failed) for call in (known, new)]

    assert ["<Record" in answer.text for answer in answers] == [False, True]


async def test_while_the_process_leaves_callers_are_asked_to_wait_for_the_next(
    house: House,
) -> None:
    house.services.active.handing_over = True

    waiting = (await house.post("/voice/incoming", CALL)).text
    house.services.active.handing_over = False
    resumed = (await house.post("/voice/ended", {**CALL, "CallStatus": "in-progress"})).text

    assert "One moment, please." in waiting
    assert f'<Redirect method="POST">{house.url}/voice/ended</Redirect>' in waiting
    assert "<Gather" in resumed
