"""Calls on a real media stream, with vendors that the test plays itself."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import websockets

from providers.llm.embedded import EmbeddedLanguageModel
from receptionist.call import phrases
from receptionist.call.warm import Vendors
from receptionist.line.line import Line, place_call
from receptionist.line.report import CallReport
from receptionist.line.script import Callee, HangUp, Keys, Step, Wait
from receptionist.ports.speech_to_text import EndOfTurn, FinalTranscript, PartialTranscript
from tests.call.fakes import FakeRecogniser, FakeRecognition, FakeVoice
from tests.whole_calls.house import House, environment, open_house

pytestmark = [pytest.mark.call, pytest.mark.usefixtures("stream_server")]

GREETING = "Thank you for calling Maple Street Clinic. How can I help?"


@pytest.fixture
def recogniser() -> FakeRecogniser:
    return FakeRecogniser()


@pytest.fixture
def voice(request: pytest.FixtureRequest) -> FakeVoice:
    voice = FakeVoice()
    voice.bytes_a_character = getattr(request, "param", voice.bytes_a_character)
    return voice


SLOWLY = pytest.mark.parametrize("voice", [400], indirect=True, ids=["said slowly"])


@pytest.fixture
async def house(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    recogniser: FakeRecogniser,
    voice: FakeVoice,
) -> AsyncIterator[House]:
    for name, value in environment(tmp_path, VAD_PROVIDER="energy").items():
        monkeypatch.setenv(name, value)
    vendors = Vendors([recogniser], [EmbeddedLanguageModel()], [voice])
    monkeypatch.setattr("receptionist.bootstrap.build_vendors", lambda *_: vendors)
    async with open_house() as opened:
        yield opened


class Talk:
    """A call that goes on while the test speaks for the recogniser."""

    def __init__(self, house: House, line: Line, recognition: FakeRecognition) -> None:
        self._house = house
        self.line = line
        self.recognition = recognition
        self.report: CallReport | None = None

    def says(self, text: str) -> None:
        """The recogniser has understood a whole turn."""
        self.recognition.heard.put_nowait(PartialTranscript(text))
        self.recognition.heard.put_nowait(FinalTranscript(text, speech_final=True))
        self.recognition.heard.put_nowait(EndOfTurn(text))

    async def stored(self) -> dict:
        """What the API says of the call."""
        return await self._house.get(f"calls/{self.line.call_sid}")

    async def answered(self, count: int) -> list[dict]:
        """Wait until so many turns have been heard to their end."""
        while True:
            turns = (await self.stored())["turns"]
            if len(turns) >= count and all(turn["heard"] for turn in turns[:count]):
                return turns
            await asyncio.sleep(0.1)


@asynccontextmanager
async def talk(
    house: House, recogniser: FakeRecogniser, *script: Step, **options: object
) -> AsyncIterator[Talk]:
    line = Line(house.options(**options), script)
    async with asyncio.timeout(50), asyncio.TaskGroup() as group:
        placing = group.create_task(line.place())
        talking = Talk(house, line, await recogniser.opened.get())
        yield talking
        talking.report = await placing


async def test_the_greeting_is_heard_and_a_question_is_answered(
    house: House, recogniser: FakeRecogniser
) -> None:
    async with talk(house, recogniser, Wait(9)) as call:
        await call.answered(1)
        call.says("where can i park")
        turns = await call.answered(2)
        call.line.hang_up()

    assert turns[0]["heard"] == GREETING
    assert "free parking behind the building" in turns[1]["heard"]
    timings = turns[1]["timings"]
    parts = sum(value for name, value in timings.items() if name != "total")
    assert timings["total"] == pytest.approx(parts, abs=0.5)
    assert call.report is not None
    assert [gap for gap in call.report.gaps if not gap.after_mark] == []


async def test_a_booking_over_the_stream_is_in_the_database(
    house: House, recogniser: FakeRecogniser
) -> None:
    async with talk(house, recogniser, Wait(40)) as call:
        await call.answered(1)
        words = ("book me a check-up tomorrow morning", "the first one", "anna smith", "yes please")
        for number, text in enumerate(words, start=2):
            call.says(text)
            await call.answered(number)
        call.line.hang_up()

    appointments = (await house.get("appointments"))["items"]
    assert [a["caller_name"] for a in appointments] == ["Anna Smith"]
    stored = await call.stored()
    assert stored["outcome"] == "booked"
    assert [a["name"] for a in stored["actions"]] == ["check_availability", "schedule_appointment"]


@SLOWLY
async def test_barge_in_clears_and_keeps_only_what_was_heard(
    house: House, recogniser: FakeRecogniser
) -> None:
    async with talk(house, recogniser, Wait(12)) as call:
        await asyncio.sleep(0.35)
        call.says("where can i park")
        turns = await call.answered(2)
        call.line.hang_up()

    assert GREETING.startswith(turns[0]["heard"])
    assert turns[0]["heard"] != GREETING
    assert call.report is not None
    assert len(call.report.clears) == 1
    stored = json.dumps((await call.stored())["turns"])
    assert "free parking" in stored


@SLOWLY
async def test_a_backchannel_does_not_take_the_floor(
    house: House, recogniser: FakeRecogniser
) -> None:
    async with talk(house, recogniser, Wait(8)) as call:
        await asyncio.sleep(0.3)
        call.says("mm-hm")
        turns = await call.answered(1)
        call.line.hang_up()

    assert turns[0]["heard"] == GREETING


async def test_hanging_up_ends_the_call_as_the_callers_doing(
    house: House, recogniser: FakeRecogniser
) -> None:
    async with talk(house, recogniser, HangUp()) as call:
        pass

    stored = await call.stored()
    assert stored["ended_by"] == "caller"


async def test_a_goodbye_is_heard_before_we_hang_up(
    house: House, recogniser: FakeRecogniser
) -> None:
    async with talk(house, recogniser, Wait(20)) as call:
        await call.answered(1)
        call.says("that's all, goodbye")

    assert call.report is not None
    assert call.report.ended_by == "receptionist"
    stored = await call.stored()
    assert stored["ended_by"] == "receptionist"
    assert "Goodbye" in stored["turns"][-1]["heard"]


async def test_zero_on_the_keypad_reaches_a_person_who_hears_what_it_is_about(
    house: House, recogniser: FakeRecogniser
) -> None:
    async with talk(house, recogniser, Keys("0"), Wait(15), callee=Callee()) as call:
        pass

    assert call.report is not None
    assert any("Maple Street Clinic" in text for text in call.report.said_by("callee"))
    assert (await call.stored())["ended_by"] == "transfer"


async def test_an_unanswered_transfer_comes_back_with_its_memory(
    house: House, recogniser: FakeRecogniser
) -> None:
    callee = Callee(outcome="no-answer", rings_s=0.1)
    async with talk(house, recogniser, Wait(20), callee=callee) as call:
        await call.answered(1)
        call.says("can i speak to a person please")
        call.recognition = await recogniser.opened.get()
        turns = await call.answered(3)
        call.line.hang_up()

    assert "message" in turns[2]["heard"]
    assert turns[0]["heard"] == GREETING


async def test_when_nobody_hears_any_more_plain_mode_takes_over(
    house: House, recogniser: FakeRecogniser
) -> None:
    recogniser.refusals = 100

    report = await place_call(house.options(), [Wait(3)])

    stored = await house.get(f"calls/{report.call_sid}")
    assert stored["turns"][0]["heard"] == GREETING
    assert report.said_by("receptionist")[0] == phrases.GO_AHEAD
    assert stored["ended_by"] in ("caller", "receptionist")


async def stream_url(house: House, sid: str) -> str:
    call = {"CallSid": sid, "From": "+15550123", "To": "+15550100"}
    answer = await house.post("/voice/incoming", call)
    path = answer.text.split('url="ws://')[1].split('"')[0].split("/", 1)[1]
    return f"{house.url.replace('http', 'ws')}/{path}"


def start(sid: str) -> str:
    return json.dumps(
        {
            "event": "start",
            "sequenceNumber": "1",
            "streamSid": "MZ1",
            "start": {"streamSid": "MZ1", "callSid": sid, "accountSid": "AC1", "tracks": []},
        }
    )


async def test_a_token_opens_one_stream(house: House) -> None:
    url = await stream_url(house, "CA" + "4" * 32)

    async with websockets.connect(url, proxy=None) as first:
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(url, proxy=None)
        await first.send(start("CA" + "4" * 32))
        message = json.loads(await first.recv())

    assert refused.value.response.status_code == 403
    assert message["event"] == "media"


async def test_a_stream_may_not_serve_another_call_than_its_token(house: House) -> None:
    url = await stream_url(house, "CA" + "5" * 32)

    async with websockets.connect(url, proxy=None) as stream:
        await stream.send(start("CA" + "6" * 32))
        with pytest.raises(websockets.ConnectionClosed):
            await stream.recv()


async def test_a_lost_socket_is_resumed_when_the_line_asks(
    house: House, recogniser: FakeRecogniser
) -> None:
    sid = "CA" + "8" * 32
    stream = await websockets.connect(await stream_url(house, sid), proxy=None)
    await stream.send(start(sid))
    await stream.recv()
    stream.transport.abort()
    while not (await house.get(f"calls/{sid}"))["turns"]:
        await asyncio.sleep(0.05)

    answer = await house.post("/voice/ended", {"CallSid": sid, "CallStatus": "in-progress"})

    assert "<Stream" in answer.text
    assert (await house.get(f"calls/{sid}"))["ended_by"] is None
