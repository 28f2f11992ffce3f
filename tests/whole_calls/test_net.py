"""Plain mode as the net under speech vendors, in the middle of calls, both ways."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.faulty_vendor import FaultyVendor
from receptionist.line.line import Line
from receptionist.line.report import CallReport
from receptionist.line.report import Line as Said
from receptionist.line.script import Say, Wait
from tests.emulators import deepgram, elevenlabs
from tests.emulators.spoken_audio import SpokenEar, SpokenVoice
from tests.whole_calls.house import House, environment, open_house

pytestmark = pytest.mark.call


@dataclass(frozen=True, slots=True)
class Scene:
    """A house whose ear and voice may fail."""

    house: House
    ear: FaultyVendor
    voice: FaultyVendor

    async def calls_ended(self, call_sid: str) -> dict[str, object]:
        """What is stored of it."""
        return dict(await self.house.get(f"calls/{call_sid}"))


@pytest.fixture
async def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    async with (
        deepgram.deepgram_emulator() as ear,
        elevenlabs.elevenlabs_emulator() as voice,
        FaultyVendor(ear.url, 400).serving() as before_ear,
        FaultyVendor(voice.url, 6000).serving() as before_voice,
    ):
        settings = environment(
            tmp_path,
            DEEPGRAM_API_KEY=deepgram.KEY,
            DEEPGRAM_BASE_URL=before_ear.url,
            ELEVENLABS_API_KEY=elevenlabs.KEY,
            ELEVENLABS_BASE_URL=before_voice.url,
            VAD_PROVIDER="energy",
            STREAM_CALLS="20",
        )
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        async with open_house() as house:
            yield Scene(house, before_ear, before_voice)


async def test_when_the_voice_is_gone_plain_mode_says_the_rest_and_the_stream_comes_back(
    scene: Scene,
) -> None:
    asked: list[str] = []
    modes: list[str] = []

    def noticed(line: Said) -> None:
        if line.side == "caller" and not asked:
            asked.append(line.text)
            scene.voice.break_down("refuses")
        if line.side == "receptionist" and "free parking behind the building" in line.text:
            modes.append("plain")
            scene.voice.heal()

    options = scene.house.options(voice=SpokenVoice(), ear=SpokenEar, on_event=noticed, pace=0.2)
    report = await Line(
        options,
        [
            Say("where can i park"),
            Say("do i have to pay for it"),
            Say("when are you open"),
            Wait(3),
            Say("where can i park"),
            Wait(3),
        ],
    ).place()

    stored = await scene.calls_ended(report.call_sid)
    assert modes
    assert report.streams >= 2, report.transcript
    assert stored["ended_by"] == "caller"
    assert _told(stored) == [
        "where can i park",
        "do i have to pay for it",
        "when are you open",
        "where can i park",
    ]


async def test_past_the_number_of_streams_a_call_is_answered_in_plain_mode(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(scene.house.services.active), "streams", 20)

    report = await _ask(scene)

    assert report.streams == 0
    assert "free parking behind the building" in " ".join(report.said_by("receptionist"))
    assert (await scene.calls_ended(report.call_sid))["channel"] == "plain"


async def test_while_an_ear_is_left_alone_calls_begin_in_plain_mode(scene: Scene) -> None:
    scene.ear.break_down("refuses")
    streams = [(await _ask(scene)).streams for _ in range(4)]

    assert streams[0] == 1
    assert streams[-1] == 0
    rows = (await scene.house.get("audit"))["items"]
    assert ("breaker.opened", "stt:deepgram") in {(row["action"], row["subject"]) for row in rows}


async def _ask(scene: Scene) -> CallReport:
    options = scene.house.options(voice=SpokenVoice(), ear=SpokenEar)
    return await Line(options, [Say("where can i park"), Wait(0.2)]).place()


def _told(stored: dict[str, object]) -> list[str]:
    turns = stored["turns"]
    assert isinstance(turns, list)
    return [turn["caller"] for turn in turns if turn["caller"]]
