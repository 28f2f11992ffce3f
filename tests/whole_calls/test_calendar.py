"""Bookings that a practice sees in its Google calendar, made by callers on the line.

Once with nothing but the embedded engine, once through the speech vendors and the
model, each over real sockets.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from providers.llm.embedded import EmbeddedLanguageModel
from receptionist.line.line import place_call
from receptionist.line.script import Say
from receptionist.ports.calendar import event_id_for
from receptionist.practice_file import load_practice
from tests.emulators import deepgram, elevenlabs, openai
from tests.emulators.google import GoogleEmulator
from tests.emulators.spoken_audio import SpokenEar, SpokenVoice
from tests.whole_calls.house import ALWAYS_OPEN, House, environment, open_house, practice_file

pytestmark = pytest.mark.call
LEE = "lee@example.com"
BOOKING = (
    "book me a check-up with dr lee tomorrow morning",
    "the first one",
    "my name is anna smith",
    "yes please",
)
FAREWELL = "no thank you goodbye"


@dataclass
class Practice:
    """A server whose Dr. Lee keeps a Google calendar."""

    house: House
    google: GoogleEmulator
    spoken: bool

    async def call(self, *says: str) -> str:
        """Place a call; everything the receptionist said."""
        sound: dict[str, Any] = {"voice": SpokenVoice(), "ear": SpokenEar} if self.spoken else {}
        report = await place_call(self.house.options(**sound), [Say(text) for text in says])
        return " ".join(report.said_by("receptionist"))

    async def booked(self) -> list[dict[str, Any]]:
        """The appointments that count."""
        rows = (await self.house.get("appointments"))["items"]
        return [row for row in rows if row["status"] == "booked"]

    @property
    def events(self) -> Sequence[dict[str, Any]]:
        """What Dr. Lee sees."""
        return self.google.events(LEE)

    async def until(self, claim: Callable[[], bool]) -> None:
        """Wait for what the outbox does after a call."""
        async with asyncio.timeout(20):
            while not claim():
                await asyncio.sleep(0.05)


def starts(events: Sequence[dict[str, Any]]) -> list[datetime]:
    """When they begin."""
    return [datetime.fromisoformat(event["start"]["dateTime"]) for event in events]


EMBEDDED_ONLY = pytest.mark.parametrize("practice", ["embedded engine"], indirect=True)


@pytest.fixture(params=["embedded engine", "model"])
async def practice(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Practice]:
    spoken = request.param == "model"
    async with AsyncExitStack() as stack:
        google = await stack.enter_async_context(GoogleEmulator())
        google.add_calendar(LEE, timezone="America/New_York")
        settings = environment(
            tmp_path,
            GOOGLE_APPLICATION_CREDENTIALS=str(google.write_key_file(tmp_path / "key.json")),
            GOOGLE_CALENDAR_BASE_URL=google.base_url,
            VAD_PROVIDER="energy",
        )
        file = tmp_path / "practice.yaml"
        with_calendar = f"  - name: Dr. Lee\n    calendar: {LEE}\n"
        file.write_text(file.read_text().replace("  - name: Dr. Lee\n", with_calendar))
        if spoken:
            settings |= await speech_and_model(stack)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        yield Practice(await stack.enter_async_context(open_house()), google, spoken)


async def speech_and_model(stack: AsyncExitStack) -> dict[str, str]:
    """The speech vendors and OpenAI on loopback; the model reasons as the embedded engine does."""
    told = load_practice(practice_file(ALWAYS_OPEN), source="test")
    source = openai.rules_model(
        EmbeddedLanguageModel(), told, lambda: datetime.now(UTC), caller_number="+15550123"
    )
    ear = await stack.enter_async_context(deepgram.deepgram_emulator())
    voice = await stack.enter_async_context(elevenlabs.elevenlabs_emulator())
    model = await stack.enter_async_context(openai.OpenAIEmulator(source))
    return {
        "DEEPGRAM_API_KEY": deepgram.KEY,
        "DEEPGRAM_BASE_URL": ear.url,
        "ELEVENLABS_API_KEY": elevenlabs.KEY,
        "ELEVENLABS_BASE_URL": voice.url,
        "OPENAI_API_KEY": "sk-test",
        "OPENAI_BASE_URL": model.base_url,
    }


async def test_a_booking_is_in_the_calendar_before_the_caller_hangs_up(practice: Practice) -> None:
    said = await practice.call(*BOOKING)

    row = (await practice.booked())[0]
    event = practice.events[0]
    assert "booked" in said
    assert event["id"] == event_id_for(row["id"]) == row["calendar_event_id"]
    assert starts([event]) == [datetime.fromisoformat(row["start"])]
    assert event["summary"] == f"Check-up: {row['caller_name']}"


@EMBEDDED_ONLY
async def test_moved_and_cancelled_on_the_line_the_calendar_follows(practice: Practice) -> None:
    await practice.call(*BOOKING, FAREWELL)
    before = practice.events[0]

    await practice.call(
        "i need to move my appointment",
        "my name is anna smith",
        "tomorrow afternoon",
        "the first one",
        "yes please",
        FAREWELL,
    )
    moved = practice.events
    await practice.call("please cancel my appointment", "anna smith", "yes please", FAREWELL)
    await practice.until(lambda: not practice.events)

    assert [event["id"] for event in moved] == [before["id"]]
    assert starts(moved) != starts([before])
    assert await practice.booked() == []


async def test_an_event_a_person_adds_while_we_book_wins_and_the_caller_hears_of_another_time(
    practice: Practice,
) -> None:
    start, end = first_offer()
    practice.google.then(
        "insert",
        "human_adds",
        {"calendar_id": LEE, "start": start, "end": end, "summary": "Family matter"},
    )

    said = await practice.call(*BOOKING)

    assert "booked" not in said.rsplit("Shall I", 1)[-1]
    assert [event["summary"] for event in practice.events] == ["Family matter"]
    assert await practice.booked() == []


def first_offer() -> tuple[datetime, datetime]:
    """The practice never closes, so tomorrow morning begins at midnight."""
    tomorrow = datetime.now(ZoneInfo("America/New_York")).date() + timedelta(days=1)
    start = datetime.combine(tomorrow, time(0), ZoneInfo("America/New_York"))
    return start, start + timedelta(minutes=30)


async def test_while_google_hangs_callers_book_and_the_calendar_is_written_later(
    practice: Practice,
) -> None:
    practice.google.fail("*", "hang", times=1000)

    said = await practice.call(*BOOKING)
    row = (await practice.booked())[0]
    nothing = practice.events
    practice.google.clear_faults()
    await practice.until(lambda: len(practice.events) == 1)

    assert "booked" in said
    assert nothing == []
    assert starts(practice.events) == [datetime.fromisoformat(row["start"])]
