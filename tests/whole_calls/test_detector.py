"""Calls heard by the default voice detector, with audio over real sockets.

The recogniser is played by the test, so that what the detector does is seen alone.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from providers.llm.embedded import EmbeddedLanguageModel
from receptionist.bootstrap.adapters import build_adapters
from receptionist.call.warm import Vendors
from receptionist.line.line import Line
from receptionist.line.report import CallReport
from receptionist.line.script import Interrupt, Say, Step, Wait
from receptionist.ports.speech_to_text import EndOfTurn, FinalTranscript, PartialTranscript
from receptionist.voice.audio import encode
from tests.call.fakes import FakeRecogniser, FakeRecognition, FakeVoice
from tests.emulators.spoken_audio import SpokenAudioReader, SpokenVoice, speak
from tests.whole_calls.house import House, environment, open_house

pytestmark = pytest.mark.call

GREETING = "Thank you for calling Maple Street Clinic. How can I help?"


class UnhurriedVoice(FakeVoice):
    """Says each text in 65 ms a character, so that there is time to interrupt it."""

    async def synthesize(
        self, text: str, *, language: str = "en", previous_text: str = ""
    ) -> AsyncIterator[bytes]:
        yield speak(text)


class FanNoise:
    """A caller who says nothing beside a fan that starts: not loud, and no voice."""

    description = "noise"

    async def speak(self, text: str) -> bytes:
        noise = random.Random(text)
        samples = (int(noise.gauss(0, 250)) for _ in range(16_000))
        return encode(b"".join(s.to_bytes(2, "little", signed=True) for s in samples))


@pytest.fixture
def recogniser() -> FakeRecogniser:
    return FakeRecogniser()


@pytest.fixture
async def house(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    recogniser: FakeRecogniser,
) -> AsyncIterator[House]:
    monkeypatch.delenv("VAD_PROVIDER", raising=False)
    named = {"VAD_PROVIDER": request.param} if hasattr(request, "param") else {}
    for name, value in environment(tmp_path, **named).items():
        monkeypatch.setenv(name, value)
    vendors = Vendors([recogniser], [EmbeddedLanguageModel()], [UnhurriedVoice()])
    monkeypatch.setattr("receptionist.bootstrap.build_vendors", lambda *_: vendors)
    async with open_house() as opened:
        yield opened


class Call:
    """A call going on; what it left behind is in `report` afterwards."""

    def __init__(self, house: House, line: Line, recognition: FakeRecognition) -> None:
        self._house = house
        self.line = line
        self._recognition = recognition
        self._reader = SpokenAudioReader()
        self._read = 0
        self.report = CallReport("")

    async def reached(self, word: str) -> None:
        """Wait until this word of the caller's has reached the recogniser."""
        while True:
            audio = self._recognition.audio
            words = self._reader.feed(audio[self._read :])
            self._read = len(audio)
            if word in words:
                return
            self._recognition.got.clear()
            await self._recognition.got.wait()

    def understood(self, text: str) -> None:
        """The recogniser takes these words for a whole turn."""
        self._recognition.heard.put_nowait(PartialTranscript(text))
        self._recognition.heard.put_nowait(FinalTranscript(text, speech_final=True))
        self._recognition.heard.put_nowait(EndOfTurn(text))

    async def cleared(self) -> None:
        """Wait for the first `clear`."""
        while not self.line.report.clears:
            await asyncio.sleep(0.02)

    async def turns(self, count: int) -> list[dict]:
        """Wait until so many turns have been heard to their end."""
        while True:
            turns = (await self._house.get(f"calls/{self.line.call_sid}"))["turns"]
            if len(turns) >= count and all(turn["heard"] for turn in turns[:count]):
                return turns
            await asyncio.sleep(0.1)


@asynccontextmanager
async def calling(
    house: House, recogniser: FakeRecogniser, *script: Step, **options: object
) -> AsyncIterator[Call]:
    line = Line(house.options(**{"voice": SpokenVoice(), **options}), script)
    async with asyncio.timeout(50), asyncio.TaskGroup() as group:
        placing = group.create_task(line.place())
        call = Call(house, line, await recogniser.opened.get())
        yield call
        call.report = await placing


def test_the_default_detector_is_the_neural_one_where_it_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("onnxruntime", reason="the extra `ear` is not installed")
    monkeypatch.delenv("VAD_PROVIDER", raising=False)

    assert next(detector.name for detector in build_adapters("vad", (), [])) == "silero"


async def test_a_voice_over_ours_clears_before_any_word_is_known_and_cuts_the_context(
    house: House, recogniser: FakeRecogniser
) -> None:
    interruption = Interrupt("where can i park my car", after_ms=500)
    async with calling(house, recogniser, interruption, Wait(20)) as call:
        await call.cleared()
        call.understood("where can i park my car")
        turns = await call.turns(2)
        call.line.hang_up()

    assert GREETING.startswith(turns[0]["heard"])
    assert turns[0]["heard"] != GREETING
    assert "free parking" in turns[1]["receptionist"]
    assert len(call.report.clears) == 1


async def test_a_voice_without_words_gives_the_floor_back(
    house: House, recogniser: FakeRecogniser
) -> None:
    async with calling(house, recogniser, Interrupt("ah", after_ms=500), Wait(20)) as call:
        await call.cleared()
        turns = await call.turns(1)
        call.line.hang_up()

    assert turns[0]["heard"] == GREETING


@pytest.mark.parametrize("house", ["off"], indirect=True)
async def test_without_a_detector_words_take_the_floor_and_end_a_turn(
    house: House, recogniser: FakeRecogniser
) -> None:
    interruption = Interrupt("where can i park my car", after_ms=500)
    async with calling(house, recogniser, interruption, Wait(20)) as call:
        await call.reached("car")
        assert not call.line.report.clears
        call.understood("where can i park my car")
        turns = await call.turns(2)
        call.line.hang_up()

    assert GREETING.startswith(turns[0]["heard"])
    assert turns[0]["heard"] != GREETING
    assert "free parking" in turns[1]["heard"]
    assert len(call.report.clears) == 1


async def test_a_fan_does_not_interrupt(house: House, recogniser: FakeRecogniser) -> None:
    noise = Interrupt("hum", after_ms=500)
    async with calling(house, recogniser, noise, Wait(20), voice=FanNoise()) as call:
        turns = await call.turns(1)
        call.line.hang_up()

    assert turns[0]["heard"] == GREETING
    assert call.report.clears == []


async def test_a_caller_still_heard_speaking_is_not_answered_into(
    house: House, recogniser: FakeRecogniser
) -> None:
    async with calling(house, recogniser, Say("where can i park"), Wait(20)) as call:
        await call.reached("can")
        call.understood("where can i park")
        turns = await call.turns(2)
        call.line.hang_up()

    assert turns[1]["caller"] == "where can i park"
    assert "free parking" in turns[1]["heard"]
    assert call.report.clears == []
    # The line counts an answer only when it arrives after the caller's last frame.
    assert len(call.report.latencies_ms) == 1
