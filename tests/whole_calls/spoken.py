"""A house whose vendors are emulators, reached by the official SDKs; callers speak and listen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from providers.llm.embedded import EmbeddedLanguageModel
from receptionist.line.line import place_call
from receptionist.line.report import CallReport
from receptionist.line.script import Say, Step
from receptionist.practice_file import load_practice
from tests.emulators import deepgram, elevenlabs, openai
from tests.emulators.spoken_audio import SpokenEar, SpokenVoice
from tests.whole_calls.house import ALWAYS_OPEN, House, environment, open_house, practice_file


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a call: as the caller saw it, and as it is stored."""

    report: CallReport
    stored: dict[str, Any]

    @property
    def said(self) -> str:
        """What the caller heard of the receptionist."""
        return " ".join(self.report.said_by("receptionist"))


@dataclass(frozen=True, slots=True)
class SpokenHouse:
    """A running server and the model behind it."""

    house: House
    model: openai.OpenAIEmulator

    async def call(self, *steps: str | Step, **options: Any) -> Told:
        """Follow a script; words are said."""
        script = [Say(step) if isinstance(step, str) else step for step in steps]
        placed = self.house.options(voice=SpokenVoice(), ear=SpokenEar, **options)
        report = await place_call(placed, script)
        return Told(report, await self.house.get(f"calls/{report.call_sid}"))


@asynccontextmanager
async def spoken_house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **more: str
) -> AsyncIterator[SpokenHouse]:
    """Deepgram hears, OpenAI thinks, ElevenLabs speaks."""
    practice = load_practice(practice_file(ALWAYS_OPEN), source="test")
    source = openai.rules_model(
        EmbeddedLanguageModel(), practice, lambda: datetime.now(UTC), caller_number="+15550123"
    )
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
            **more,
        )
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        async with open_house() as house:
            yield SpokenHouse(house, model)
