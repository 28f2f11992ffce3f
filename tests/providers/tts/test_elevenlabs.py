"""ElevenLabs through its official SDK and past it, over real sockets."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from providers.tts.elevenlabs import ADAPTER, ElevenLabsSettings
from receptionist.errors import ProviderLimited, ProviderRefused, ProviderUnavailable
from receptionist.ports.text_to_speech import TextToSpeech
from tests.emulators.elevenlabs import KEY, ElevenLabsEmulator, elevenlabs_emulator
from tests.providers.tts.contract import TextToSpeechContract


@pytest.fixture(params=["sdk", "direct"], autouse=True)
def client(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Either has to do all of it."""
    if request.param == "direct":
        pytest.importorskip("aiohttp")
    monkeypatch.setenv("ELEVENLABS_CLIENT", request.param)
    return str(request.param)


@pytest.fixture
async def emulator() -> AsyncIterator[ElevenLabsEmulator]:
    async with elevenlabs_emulator() as running:
        yield running


@pytest.fixture
async def tts(emulator: ElevenLabsEmulator) -> AsyncIterator[TextToSpeech]:
    voice = ADAPTER.build(ElevenLabsSettings(api_key=SecretStr(KEY), base_url=emulator.url))
    yield voice
    await voice.close()


class TestElevenLabsContract(TextToSpeechContract):
    """The contract."""


async def test_it_asks_for_mulaw_and_passes_on_what_was_said_before(
    tts: TextToSpeech, emulator: ElevenLabsEmulator
) -> None:
    async for _ in tts.synthesize("Hello.", previous_text="Good day."):
        pass

    asked = emulator.requests[-1]
    assert (asked["output_format"], asked["model_id"]) == ("ulaw_8000", "eleven_flash_v2_5")
    assert asked["previous_text"] == "Good day."


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("key", ProviderRefused),
        ("invalid", ProviderRefused),
        ("quota", ProviderLimited),
        ("busy", ProviderLimited),
        ("broken", ProviderUnavailable),
        ("cut", ProviderUnavailable),
    ],
)
async def test_each_failure_becomes_ours_and_quotes_nobody(
    tts: TextToSpeech, emulator: ElevenLabsEmulator, fault: str, error: type[Exception]
) -> None:
    emulator.fault = fault  # type: ignore[assignment]

    with pytest.raises(error) as caught:
        async for _ in tts.synthesize("A secret of Anna Smith that nobody should read."):
            pass

    assert "Anna" not in str(caught.value)


async def test_a_voice_that_falls_silent_has_failed(
    emulator: ElevenLabsEmulator, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"providers.tts.elevenlabs_clients.{client}.SILENT_S", 0.2)
    voice = ADAPTER.build(ElevenLabsSettings(api_key=SecretStr(KEY), base_url=emulator.url))
    emulator.fault = "stall"

    with pytest.raises(ProviderUnavailable):
        async with asyncio.timeout(10):
            async for _ in voice.synthesize("A sentence of some length."):
                pass
    await voice.close()


async def test_a_failing_vendor_does_not_fail_the_warm_up(
    tts: TextToSpeech, emulator: ElevenLabsEmulator
) -> None:
    emulator.fault = "broken"

    await tts.warm()


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    voice = ADAPTER.build(ElevenLabsSettings(api_key=SecretStr(KEY), base_url="http://127.0.0.1:9"))

    with pytest.raises(ProviderUnavailable):
        async for _ in voice.synthesize("Hello."):
            pass
    await voice.close()
