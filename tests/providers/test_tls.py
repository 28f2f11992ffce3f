"""Vendors by TLS: who they are is checked, and no call makes a TLS context while others wait."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from providers.stt import deepgram as hearing
from providers.tts import elevenlabs as speaking
from receptionist.errors import ProviderUnavailable
from receptionist.tls import tls
from tests.emulators import deepgram, elevenlabs
from tests.emulators.certificate import Certificate, make_certificate

Use = Callable[[], Awaitable[None]]


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return make_certificate(tmp_path)


@pytest.fixture(autouse=True)
def fresh_context() -> Any:
    tls.cache_clear()
    yield
    tls.cache_clear()


@asynccontextmanager
async def recogniser(certificate: Certificate, client: Any) -> AsyncIterator[Use]:
    async with deepgram.deepgram_emulator(certificate=certificate) as emulator:
        key = SecretStr(deepgram.KEY)
        settings = hearing.DeepgramSettings(api_key=key, base_url=emulator.url, client=client)
        adapter = hearing.ADAPTER.build(settings)
        yield adapter.check
        await adapter.close()


@asynccontextmanager
async def voice(
    certificate: Certificate, client: Any, given: Any = "sentences"
) -> AsyncIterator[Use]:
    async with elevenlabs.elevenlabs_emulator(certificate) as emulator:
        key = SecretStr(elevenlabs.KEY)
        adapter: Any = speaking.ADAPTER.build(
            speaking.ElevenLabsSettings(
                api_key=key, base_url=emulator.url, client=client, input=given
            )
        )

        async def say_something() -> None:
            async with adapter.utterance() as utterance:
                await utterance.send("Good day.")

        yield adapter.check if given == "sentences" else say_something
        await adapter.close()


WAYS = {
    "recogniser by its SDK": lambda certificate: recogniser(certificate, "sdk"),
    "recogniser past its SDK": lambda certificate: recogniser(certificate, "direct"),
    "voice by its SDK": lambda certificate: voice(certificate, "sdk"),
    "voice past its SDK": lambda certificate: voice(certificate, "direct"),
    "voice that is given words": lambda certificate: voice(certificate, "sdk", "words"),
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_certificate_that_nobody_vouches_for_is_refused(
    way: str, certificate: Certificate
) -> None:
    async with WAYS[way](certificate) as use:
        with pytest.raises(ProviderUnavailable):
            await use()


@pytest.mark.parametrize("way", WAYS)
async def test_whom_the_operator_trusts_is_reached_without_another_context(
    way: str, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    made: list[str] = []
    make = ssl.create_default_context

    def counted(*args: Any, **kwargs: Any) -> ssl.SSLContext:
        made.append(way)
        return make(*args, **kwargs)

    async with WAYS[way](certificate) as use:
        monkeypatch.setattr(ssl, "create_default_context", counted)
        for _ in range(3):
            await use()

    assert made == []
