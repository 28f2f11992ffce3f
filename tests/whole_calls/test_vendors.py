"""Whole calls through the official SDKs: Deepgram, OpenAI and ElevenLabs over real sockets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from providers.llm.embedded import EmbeddedLanguageModel
from receptionist.line.line import place_call
from receptionist.line.script import Interrupt, Say, Wait
from receptionist.practice_file import load_practice
from tests.emulators import deepgram, elevenlabs, openai
from tests.emulators.spoken_audio import SpokenEar, SpokenVoice
from tests.whole_calls.house import ALWAYS_OPEN, House, environment, open_house, practice_file

pytestmark = pytest.mark.call


@dataclass(frozen=True, slots=True)
class Vendors:
    house: House
    deepgram: deepgram.DeepgramEmulator
    elevenlabs: elevenlabs.ElevenLabsEmulator
    openai: openai.OpenAIEmulator


LONG = (
    "I have made a note of that for the doctor, and somebody from the practice is going to look "
    "at it this afternoon and will let you know."
)


@pytest.fixture(params=["nova-3", "flux-general-en"])
async def vendors(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Vendors]:
    practice = load_practice(practice_file(ALWAYS_OPEN), source="test")
    source = openai.rules_model(
        EmbeddedLanguageModel(), practice, lambda: datetime.now(UTC), caller_number="+15550123"
    )
    async with on_vendors(source, tmp_path, monkeypatch, DEEPGRAM_MODEL=request.param) as found:
        yield found


@asynccontextmanager
async def on_vendors(
    source: openai.Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **more: str
) -> AsyncIterator[Vendors]:
    """A server whose vendors are emulators; the model answers from that source."""
    async with (
        deepgram.deepgram_emulator() as ear,
        elevenlabs.elevenlabs_emulator() as voice,
        openai.OpenAIEmulator(source) as model,
    ):
        settings = environment(
            tmp_path,
            DEEPGRAM_API_KEY=deepgram.KEY,
            DEEPGRAM_BASE_URL=ear.url,
            ELEVENLABS_API_KEY=elevenlabs.KEY,
            ELEVENLABS_BASE_URL=voice.url,
            OPENAI_API_KEY="sk-test",
            OPENAI_BASE_URL=model.base_url,
            VAD_PROVIDER="energy",
            **more,
        )
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        async with open_house() as house:
            yield Vendors(house, ear, voice, model)


async def test_a_question_is_heard_answered_and_heard_again(vendors: Vendors) -> None:
    options = vendors.house.options(voice=SpokenVoice(), ear=SpokenEar)

    report = await place_call(options, [Say("is there somewhere i can park")])

    stored = await vendors.house.get(f"calls/{report.call_sid}")
    assert stored["turns"][1]["caller"] == "is there somewhere i can park"
    assert "free parking behind the building" in " ".join(report.said_by("receptionist"))
    assert "free parking behind the building" in stored["turns"][1]["heard"]
    assert vendors.openai.requests
    assert [gap for gap in report.gaps if not gap.after_mark] == []


async def test_a_question_in_the_practices_own_words_is_answered_without_the_model(
    vendors: Vendors,
) -> None:
    options = vendors.house.options(voice=SpokenVoice(), ear=SpokenEar)

    report = await place_call(options, [Say("where can i park")])

    stored = await vendors.house.get(f"calls/{report.call_sid}")
    assert "free parking behind the building" in stored["turns"][1]["heard"]
    assert vendors.openai.requests == []


async def test_after_an_interruption_the_model_is_told_only_what_was_heard(
    vendors: Vendors,
) -> None:
    options = vendors.house.options(voice=SpokenVoice(), ear=SpokenEar)

    report = await place_call(
        options, [Interrupt("is there somewhere i can park", after_ms=900), Wait(5)]
    )

    stored = await vendors.house.get(f"calls/{report.call_sid}")
    greeting = stored["turns"][0]
    assert len(report.clears) >= 1
    assert greeting["receptionist"].startswith(greeting["heard"])
    assert greeting["heard"] != greeting["receptionist"]
    first = vendors.openai.requests[0]["messages"]
    told = next(message["content"] for message in first if message["role"] == "assistant")
    assert "How can I help?" not in told


async def test_a_long_answer_is_spoken_as_it_is_written_and_heard_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces = [LONG[at : at + 5] for at in range(0, len(LONG), 5)]

    def answer(_asked: object) -> openai.Reply:
        return openai.Reply(text=pieces, delay_s=0.01)

    async with on_vendors(answer, tmp_path, monkeypatch, ELEVENLABS_INPUT="words") as vendors:
        options = vendors.house.options(voice=SpokenVoice(), ear=SpokenEar)
        report = await place_call(options, [Say("please tell the doctor about my knee")])
        stored = await vendors.house.get(f"calls/{report.call_sid}")

    written = [message["text"] for message in vendors.elevenlabs.told if message.get("text")]
    assert len(written) > 2
    assert " ".join("".join(written).split()) == LONG
    assert stored["turns"][1]["heard"] == LONG
    assert LONG not in [asked["text"] for asked in vendors.elevenlabs.requests]
    assert [gap for gap in report.gaps if not gap.after_mark] == []
