"""Deepgram through its official SDK and past it, over real sockets."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from providers.stt.deepgram import ADAPTER, DeepgramSettings
from receptionist.errors import ProviderLimited, ProviderRefused, ProviderUnavailable
from receptionist.ports.speech_to_text import (
    EagerEndOfTurn,
    EndOfTurn,
    FinalTranscript,
    SpeechToText,
    TurnResumed,
)
from tests.emulators.deepgram import KEY, DeepgramEmulator, deepgram_emulator
from tests.emulators.spoken_audio import speak
from tests.providers.stt.contract import SpeechToTextContract, say, until_end, words_of


@pytest.fixture(params=["sdk", "direct"], autouse=True)
def client(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Either has to do all of it."""
    if request.param == "direct":
        pytest.importorskip("picows")
    monkeypatch.setenv("DEEPGRAM_CLIENT", request.param)
    return str(request.param)


@pytest.fixture
async def emulator() -> AsyncIterator[DeepgramEmulator]:
    async with deepgram_emulator() as running:
        yield running


def adapter(emulator: DeepgramEmulator, model: str, key: str = KEY) -> SpeechToText:
    return ADAPTER.build(
        DeepgramSettings(api_key=SecretStr(key), base_url=emulator.url, model=model)
    )


class TestNovaContract(SpeechToTextContract):
    @pytest.fixture
    async def stt(self, emulator: DeepgramEmulator) -> AsyncIterator[SpeechToText]:
        made = adapter(emulator, "nova-3")
        yield made
        await made.close()


class TestFluxContract(SpeechToTextContract):
    @pytest.fixture
    async def stt(self, emulator: DeepgramEmulator) -> AsyncIterator[SpeechToText]:
        made = adapter(emulator, "flux-general-en")
        yield made
        await made.close()


async def test_it_asks_for_what_a_telephone_sends(emulator: DeepgramEmulator) -> None:
    stt = adapter(emulator, "nova-3")
    async with stt.recognise(language="en", keyterms=["Dr. Lee", "Check-up"]):
        pass
    await stt.close()

    asked = emulator.requests[-1]
    assert (asked["path"], asked["encoding"], asked["sample_rate"]) == (
        "/v1/listen",
        "mulaw",
        "8000",
    )
    assert asked["interim_results"] == "true"
    assert asked["keyterm"] == ["Dr. Lee", "Check-up"]
    assert emulator.messages[-1] == "CloseStream"


async def test_messages_nobody_knows_do_not_end_the_listening(emulator: DeepgramEmulator) -> None:
    emulator.strange = True
    stt = adapter(emulator, "nova-3")

    async with stt.recognise(language="en") as recognition:
        await say(recognition, "are you there")
        events = await until_end(recognition.events())
    await stt.close()

    assert words_of(events) == "are you there"


@pytest.mark.parametrize("model", ["nova-3", "flux-general-en"])
async def test_final_words_say_how_much_of_the_audio_they_cover(
    emulator: DeepgramEmulator, model: str
) -> None:
    stt = adapter(emulator, model)

    async with stt.recognise(language="en") as recognition:
        await say(recognition, "are you there")
        events = await until_end(recognition.events())
    await stt.close()

    covered = [e.until_ms for e in events if isinstance(e, FinalTranscript | EndOfTurn)]
    spoken_ms = len(speak("are you there")) // 8
    assert all(until_ms is not None for until_ms in covered)
    assert spoken_ms - 80 <= covered[-1] <= spoken_ms + 1100


async def test_going_on_after_an_eager_end_is_told(emulator: DeepgramEmulator) -> None:
    stt = adapter(emulator, "flux-general-en")

    async with stt.recognise(language="en") as recognition:
        await say(recognition, "my name is", silence_ms=400)
        await say(recognition, "anna smith")
        events = await until_end(recognition.events())
    await stt.close()

    kinds = [type(event) for event in events]
    assert kinds.index(EagerEndOfTurn) < kinds.index(TurnResumed)
    assert words_of(events) == "my name is anna smith"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, ProviderRefused),
        (402, ProviderRefused),
        (429, ProviderLimited),
        (503, ProviderUnavailable),
    ],
)
async def test_a_refused_connection_becomes_ours(
    emulator: DeepgramEmulator, status: int, error: type[Exception]
) -> None:
    emulator.refuse = status
    stt = adapter(emulator, "nova-3")

    with pytest.raises(error):
        async with stt.recognise(language="en"):
            pass
    await stt.close()


async def test_a_wrong_key_is_refused(emulator: DeepgramEmulator) -> None:
    stt = adapter(emulator, "nova-3", key="wrong")

    with pytest.raises(ProviderRefused):
        await stt.check()
    await stt.close()


async def test_a_stream_that_breaks_is_unavailable(emulator: DeepgramEmulator) -> None:
    emulator.close_after_words = 2
    stt = adapter(emulator, "nova-3")

    with pytest.raises((ProviderUnavailable, ExceptionGroup)):
        async with stt.recognise(language="en") as recognition:
            await say(recognition, "one two three four")
            await until_end(recognition.events())
    await stt.close()


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    settings = DeepgramSettings(api_key=SecretStr(KEY), base_url="http://127.0.0.1:9")
    stt = ADAPTER.build(settings)

    with pytest.raises(ProviderUnavailable):
        await stt.check()
    await stt.close()
