"""ElevenLabs is given a sentence while it is being written, over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from providers.tts.elevenlabs import ADAPTER, ElevenLabsSettings
from receptionist.errors import (
    ProviderError,
    ProviderLimited,
    ProviderRefused,
    ProviderUnavailable,
)
from tests.emulators.elevenlabs import KEY, ElevenLabsEmulator, elevenlabs_emulator
from tests.emulators.spoken_audio import SpokenAudioReader

BEGINNING = "I have made a note of that for the doctor, and somebody"
REST = "will call you back today."


@pytest.fixture
async def emulator() -> AsyncIterator[ElevenLabsEmulator]:
    async with elevenlabs_emulator() as running:
        yield running


@pytest.fixture
async def voice(emulator: ElevenLabsEmulator) -> AsyncIterator[Any]:
    settings = ElevenLabsSettings(api_key=SecretStr(KEY), base_url=emulator.url, input="words")
    voice = ADAPTER.build(settings)
    yield voice
    await voice.close()


async def said(voice: Any, *pieces: str) -> list[str]:
    """The words of a sentence that is given in these pieces."""
    reader = SpokenAudioReader()
    async with voice.utterance() as utterance:
        for piece in pieces:
            await utterance.send(piece)
        await utterance.end()
        return [word async for chunk in utterance.audio() for word in reader.feed(chunk)]


async def test_it_says_every_word_in_its_order(voice: Any) -> None:
    assert await said(voice, BEGINNING, REST) == f"{BEGINNING} {REST}".split()


async def test_it_begins_before_the_sentence_has_ended(voice: Any) -> None:
    async with asyncio.timeout(10), voice.utterance() as utterance:
        await utterance.send(BEGINNING)
        first = await anext(utterance.audio())

    assert first


async def test_sentences_follow_each_other_on_one_socket(
    voice: Any, emulator: ElevenLabsEmulator
) -> None:
    await voice.warm()
    heard = [await said(voice, word) for word in ("One.", "Two.", "Three.")]

    assert heard == [["One."], ["Two."], ["Three."]]
    assert emulator.sockets == 1
    assert len({message["context_id"] for message in emulator.told}) == 3


async def test_late_audio_of_a_sentence_that_was_left_is_nobody_elses(
    voice: Any, emulator: ElevenLabsEmulator
) -> None:
    async with voice.utterance() as utterance:
        await utterance.send(BEGINNING)
        await anext(utterance.audio())

    assert await said(voice, "Another one.") == ["Another", "one."]
    assert emulator.sockets == 1


async def test_two_sentences_at_once_have_a_socket_each(
    voice: Any, emulator: ElevenLabsEmulator
) -> None:
    async with asyncio.TaskGroup() as group:
        saying = [group.create_task(said(voice, word)) for word in ("One.", "Two.")]

    assert [task.result() for task in saying] == [["One."], ["Two."]]
    assert emulator.sockets == 2


async def test_a_socket_that_was_kept_too_long_is_replaced(
    voice: Any, emulator: ElevenLabsEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("providers.tts.elevenlabs_clients.input_sockets.KEPT_S", 0.0)

    await said(voice, "One.")
    await said(voice, "Two.")

    assert emulator.sockets == 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("quota", ProviderLimited),
        ("busy", ProviderLimited),
        ("invalid", ProviderRefused),
        ("broken", ProviderRefused),
        ("cut", ProviderUnavailable),
    ],
)
async def test_each_failure_becomes_ours_and_quotes_nobody(
    voice: Any, emulator: ElevenLabsEmulator, fault: str, error: type[ProviderError]
) -> None:
    emulator.fault = fault  # type: ignore[assignment]

    with pytest.raises(error) as caught:
        await said(voice, f"A secret of Anna Smith that nobody should read, {BEGINNING}", REST)

    assert "Anna" not in str(caught.value)


async def test_after_a_failure_the_next_sentence_has_a_socket_of_its_own(
    voice: Any, emulator: ElevenLabsEmulator
) -> None:
    emulator.fault = "cut"
    with pytest.raises(ProviderUnavailable):
        await said(voice, BEGINNING, REST)
    emulator.fault = ""

    assert await said(voice, "Well again.") == ["Well", "again."]


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    nowhere = ElevenLabsSettings(
        api_key=SecretStr(KEY), base_url="http://127.0.0.1:9", input="words"
    )
    voice: Any = ADAPTER.build(nowhere)

    with pytest.raises(ProviderUnavailable):
        await said(voice, "Hello.")
    await voice.warm()
    await voice.close()


async def test_without_the_setting_it_takes_sentences_only(emulator: ElevenLabsEmulator) -> None:
    voice: Any = ADAPTER.build(ElevenLabsSettings(api_key=SecretStr(KEY), base_url=emulator.url))

    assert not voice.takes_words
    await voice.close()


async def test_a_late_complaint_about_another_sentence_is_not_taken_for_this_one(
    voice: Any, emulator: ElevenLabsEmulator
) -> None:
    emulator.complains_of = "another"

    assert await said(voice, "Hello there.") == ["Hello", "there."]


async def test_sockets_that_went_silent_keep_nobody_waiting(
    voice: Any, emulator: ElevenLabsEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(8):
            group.create_task(said(voice, f"Sentence {number}."))
    monkeypatch.setattr("providers.tts.elevenlabs_clients.input_sockets.KEPT_S", 0.0)
    monkeypatch.setattr("websockets.asyncio.client.ClientConnection.close", None)

    assert await said(voice, "At once.") == ["At", "once."]
    monkeypatch.undo()


async def test_a_ring_after_a_quiet_hour_has_a_fresh_socket_opened(
    voice: Any, emulator: ElevenLabsEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    await voice.warm()
    monkeypatch.setattr("providers.tts.elevenlabs_clients.input_sockets.WARM_S", 0.0)
    await voice.warm()

    assert emulator.sockets == 2
