"""What every recogniser of audio streams must do."""

import asyncio
from collections.abc import AsyncIterator

from receptionist.ports.speech_to_text import (
    EndOfTurn,
    FinalTranscript,
    PartialTranscript,
    Recognition,
    SpeechBegan,
    SpeechToText,
    TranscriptEvent,
)
from tests.emulators.spoken_audio import speak

SILENCE = b"\xff" * 160


async def say(recognition: Recognition, text: str, silence_ms: int = 1400) -> None:
    """Speak in 20 ms frames, then be quiet."""
    audio = speak(text) + SILENCE * (silence_ms // 20)
    for start in range(0, len(audio), 160):
        await recognition.send(audio[start : start + 160])


async def until_end(events: AsyncIterator[TranscriptEvent]) -> list[TranscriptEvent]:
    """Everything up to the end of the turn."""
    found: list[TranscriptEvent] = []
    async with asyncio.timeout(10):
        async for event in events:
            found.append(event)
            if isinstance(event, EndOfTurn):
                return found
    raise AssertionError("the stream ended before the turn did")


def words_of(events: list[TranscriptEvent]) -> str:
    """The turn's words, by whichever event carries them."""
    ends = [event.text for event in events if isinstance(event, EndOfTurn) and event.text]
    finals = [event.text for event in events if isinstance(event, FinalTranscript)]
    return ends[-1] if ends else " ".join(text for text in finals if text)


class SpeechToTextContract:
    """Subclass it with a fixture `stt` that hears through an emulator."""

    async def test_a_turn_is_heard_from_its_first_sound_to_its_end(self, stt: SpeechToText) -> None:
        async with stt.recognise(language="en", keyterms=["Dr. Lee"]) as recognition:
            await say(recognition, "book me a check-up")
            events = await until_end(recognition.events())

        assert words_of(events) == "book me a check-up"
        assert any(isinstance(event, SpeechBegan) for event in events)
        assert any(isinstance(event, PartialTranscript) for event in events)

    async def test_one_turn_follows_another(self, stt: SpeechToText) -> None:
        async with stt.recognise(language="en") as recognition:
            events = recognition.events()
            heard = []
            for text in ("one moment", "half past nine"):
                await say(recognition, text)
                heard.append(words_of(await until_end(events)))

        assert heard == ["one moment", "half past nine"]

    async def test_it_is_well(self, stt: SpeechToText) -> None:
        await stt.check()
        assert stt.streaming
