"""The call's voice: sent ahead, marked, held and resumed where it stopped."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from receptionist.call.speaking import Speaker
from receptionist.call.speech_cache import SpeechCache
from receptionist.errors import ProviderUnavailable
from receptionist.observability import Metrics
from receptionist.voice.media_stream import MediaStreamProtocol
from tests.call.fakes import FakeVoice

START = json.dumps(
    {
        "event": "start",
        "sequenceNumber": "1",
        "streamSid": "MZ1",
        "start": {"streamSid": "MZ1", "callSid": "CA1", "accountSid": "AC1", "tracks": ["inbound"]},
    }
)


class Stage:
    """A speaker, what it sent, and the time that passes when the test says so."""

    def __init__(self, *voices: FakeVoice, cache: SpeechCache | None = None) -> None:
        self.sent: list[dict] = []
        self.now_ms = 0
        self.lost = asyncio.Event()
        self.marked = asyncio.Event()
        stream = MediaStreamProtocol()
        stream.receive(START)
        self.speaker = Speaker(
            voices,
            cache or SpeechCache(Path("unused")),
            language="en",
            stream=stream,
            send=self._take,
            now_ms=lambda: self.now_ms,
            on_first_audio=lambda: None,
            on_lost=self.lost.set,
            metrics=Metrics(),
        )

    def _take(self, message: str) -> None:
        decoded = json.loads(message)
        self.sent.append(decoded)
        if decoded["event"] == "mark":
            self.marked.set()

    @property
    def audio_bytes(self) -> int:
        media = [m["media"]["payload"] for m in self.sent if m["event"] == "media"]
        return sum(len(base64.b64decode(payload)) for payload in media)

    @property
    def marks(self) -> list[str]:
        return [m["mark"]["name"] for m in self.sent if m["event"] == "mark"]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Speaker]:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.speaker.run())
            yield self.speaker
            task.cancel()

    async def spoken(self, text: str) -> None:
        self.marked.clear()
        self.speaker.say(text)
        await self.marked.wait()


async def test_a_sentence_is_sent_whole_with_a_mark_behind_it() -> None:
    stage = Stage(FakeVoice())

    async with stage.running():
        await stage.spoken("Hello there.")

    assert stage.audio_bytes == len("Hello there.") * 80
    assert stage.sent[-1]["event"] == "mark"


async def test_it_is_heard_when_its_mark_comes_back() -> None:
    stage = Stage(FakeVoice())

    async with stage.running() as speaker:
        await stage.spoken("Hello there.")
        before = speaker.anything_unheard
        speaker.echoed(stage.marks[0])

    assert before
    assert not speaker.anything_unheard
    assert speaker.heard() == "Hello there."


async def test_after_a_false_interruption_it_goes_on_from_where_it_stopped() -> None:
    stage = Stage(FakeVoice())
    text = "One two three four five."

    async with stage.running() as speaker:
        await stage.spoken(text)
        stage.now_ms = 120
        speaker.hold()
        held = stage.sent[-1]["event"]
        speaker.resume()

    whole = len(text) * 80
    assert held == "clear"
    assert stage.audio_bytes == whole + (whole - 120 * 8)
    assert len(stage.marks) == 2


async def test_an_interrupted_sentence_leaves_only_the_words_heard() -> None:
    stage = Stage(FakeVoice())

    async with stage.running() as speaker:
        await stage.spoken("One two three four.")
        stage.now_ms = 100
        speaker.hold()
        heard = speaker.heard()
        speaker.abandon()

    assert heard == "One two"
    assert not speaker.anything_unheard


async def test_echoes_of_what_was_cleared_are_not_taken_for_hearing() -> None:
    stage = Stage(FakeVoice())

    async with stage.running() as speaker:
        await stage.spoken("One two three four.")
        speaker.hold()
        speaker.echoed(stage.marks[0])

    assert speaker.heard() == ""


async def test_nothing_is_sent_while_held_also_when_audio_still_arrives() -> None:
    voice = FakeVoice()
    voice.gate = asyncio.Semaphore(3)
    stage = Stage(voice)

    async with stage.running() as speaker:
        speaker.say("Hello there.")
        while stage.audio_bytes < 240:
            await asyncio.sleep(0)
        speaker.hold()
        sent = stage.audio_bytes
        for _ in range(20):
            voice.gate.release()
        for _ in range(200):
            await asyncio.sleep(0)
        assert stage.audio_bytes == sent
        speaker.resume()
        await stage.marked.wait()

    assert stage.audio_bytes == sent + len("Hello there.") * 80


@pytest.mark.parametrize("failure", [ProviderUnavailable, LookupError])
async def test_a_voice_that_fails_is_followed_by_the_next_one(failure: type[Exception]) -> None:
    broken, sound = FakeVoice("broken", fail_after=0, failure=failure), FakeVoice("sound")
    stage = Stage(broken, sound)

    async with stage.running():
        await stage.spoken("Hello there.")

    assert sound.asked == ["Hello there."]


async def test_a_voice_that_dies_in_mid_sentence_does_not_begin_again() -> None:
    broken, sound = FakeVoice("broken", fail_after=60), FakeVoice("sound")
    stage = Stage(broken, sound)
    text = "We are open from nine to five on every day of the week except on Sunday."

    async with stage.running():
        await stage.spoken(text)

    assert text.endswith(sound.asked[0])
    assert sound.asked[0] != text


async def test_when_every_voice_fails_the_call_is_told() -> None:
    stage = Stage(FakeVoice(fail_after=0))

    async with stage.running() as speaker:
        speaker.say("Hello there.")
        await stage.lost.wait()


async def test_what_was_rendered_before_is_not_asked_for_again(tmp_path: Path) -> None:
    cache, voice = SpeechCache(tmp_path), FakeVoice()
    await cache.render(voice, "Hello there.", language="en")
    stage = Stage(voice, cache=cache)

    async with stage.running():
        await stage.spoken("Hello there.")

    assert voice.asked == ["Hello there."]
    assert stage.audio_bytes == len("Hello there.") * 80


async def test_rendered_speech_survives_a_restart(tmp_path: Path) -> None:
    await SpeechCache(tmp_path).render(FakeVoice(), "Hello there.", language="en")
    voice = FakeVoice()
    cache = SpeechCache(tmp_path)

    await cache.render(voice, "Hello there.", language="en")

    assert voice.asked == []
    assert cache.get(voice, "Hello there.") is not None
