"""ElevenLabs: streaming text-to-speech over HTTP.

Asked for μ-law at 8 kHz, so its audio goes to Twilio untouched. The official
SDK's async stream; its default chunk of 1024 bytes would hold the first sound
back by a third of a second, so it is asked for 100 ms. With
ELEVENLABS_CLIENT=direct the same requests are made past the SDK, for less CPU time;
with ELEVENLABS_INPUT=words a sentence that is still being written goes over a socket.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    aclosing,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from typing import Literal, Protocol

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from providers.errors import connection_errors, refusal
from providers.tts.elevenlabs_clients.refused import Refused
from receptionist.errors import ConfigurationError, ProviderError
from receptionist.ports.adapter import Adapter
from receptionist.ports.text_to_speech import TextToSpeech, Utterance

PREVIOUS_CHARACTERS = 300


class ElevenLabsSettings(BaseSettings):
    """Environment: ELEVENLABS_API_KEY, _BASE_URL, _VOICE_ID, _MODEL_ID, _CLIENT, _INPUT."""

    model_config = SettingsConfigDict(env_prefix="ELEVENLABS_", env_ignore_empty=True)

    api_key: SecretStr | None = None
    base_url: str = "https://api.elevenlabs.io"
    voice_id: str = "EXAVITQu4vr4xnSDxMaL"
    model_id: str = "eleven_flash_v2_5"
    client: Literal["sdk", "direct"] = "sdk"
    input: Literal["sentences", "words"] = "sentences"


class Client(Protocol):
    """A way to ElevenLabs' API. Raises `Refused`, or what `connection_errors` knows."""

    def speak(self, voice_id: str, asked: dict[str, str]) -> AsyncGenerator[bytes, None]:
        """Raw μ-law as it is made; `asked` is the request's body."""

    async def models(self) -> None:
        """List the models."""

    async def close(self) -> None:
        """Close the connections."""


class Sockets(Protocol):
    """A way for text that is still being written. Raises as `Client` does."""

    def utterance(self) -> AbstractAsyncContextManager[Utterance]:
        """A sentence; left early, what is not made yet is not made."""

    async def warm(self) -> None:
        """Have a socket at hand."""

    async def close(self) -> None:
        """Close those that are free."""


class ElevenLabsTextToSpeech:
    """Fulfil `TextToSpeech` with ElevenLabs."""

    name = "elevenlabs"
    streaming = True

    def __init__(
        self, client: Client, voice_id: str, model_id: str, sockets: Sockets | None = None
    ) -> None:
        self._client = client
        self._sockets = sockets
        self.takes_words = sockets is not None
        self._voice_id = voice_id
        self._model_id = model_id
        self.voice = f"{voice_id}/{model_id}"

    async def synthesize(
        self, text: str, *, language: str = "en", previous_text: str = ""
    ) -> AsyncIterator[bytes]:
        """Raw μ-law as it is made. Raises `ProviderError`, also after some of it has come."""
        asked = {"text": text, "model_id": self._model_id}
        if previous_text:
            asked["previous_text"] = previous_text[-PREVIOUS_CHARACTERS:]
        with _ours():
            # Left early (barge-in), the request is broken off and costs no more.
            async with aclosing(self._client.speak(self._voice_id, asked)) as chunks:
                async for chunk in chunks:
                    yield chunk

    @asynccontextmanager
    async def utterance(self) -> AsyncIterator[Utterance]:
        """A sentence that is still being written. Raises `ProviderError`."""
        if self._sockets is None:
            raise ConfigurationError(["ELEVENLABS_INPUT: expected words"])
        with _ours():
            async with self._sockets.utterance() as utterance:
                yield _Utterance(utterance)

    async def warm(self) -> None:
        """Open a pooled connection of each kind."""
        with suppress(ProviderError):
            await self.check()
            if self._sockets is not None:
                with _ours():
                    await self._sockets.warm()

    async def check(self) -> None:
        """List the models: free, and it needs the key. Raises `ProviderError`."""
        with _ours():
            await self._client.models()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
        if self._sockets is not None:
            await self._sockets.close()


class _Utterance:
    """Fulfil `Utterance`."""

    def __init__(self, utterance: Utterance) -> None:
        self._utterance = utterance

    async def send(self, text: str) -> None:
        """The next words."""
        with _ours():
            await self._utterance.send(text)

    async def end(self) -> None:
        """There are no more."""
        with _ours():
            await self._utterance.end()

    async def audio(self) -> AsyncIterator[bytes]:
        """As it is made."""
        with _ours():
            async for chunk in self._utterance.audio():
                yield chunk


@contextmanager
def _ours() -> Iterator[None]:
    """The vendor's failures as our errors."""
    with connection_errors("elevenlabs"):
        try:
            yield
        except Refused as exc:
            # A 401 is not always a bad key: a spent quota is one as well.
            over_quota = "quota" in exc.reason
            raise refusal("elevenlabs", exc.status, over_quota=over_quota) from exc


def build(settings: ElevenLabsSettings) -> TextToSpeech:
    """The adapter, by the client that is chosen."""
    key = settings.api_key.get_secret_value() if settings.api_key else ""
    client = _client(settings.client, key, settings.base_url)
    sockets: Sockets | None = None
    if settings.input == "words":
        # Imported here for the same reason as the clients.
        from providers.tts.elevenlabs_clients.input_sockets import InputSockets

        sockets = InputSockets(key, settings.base_url, settings.voice_id, settings.model_id)
    return ElevenLabsTextToSpeech(client, settings.voice_id, settings.model_id, sockets)


def _client(which: Literal["sdk", "direct"], key: str, base_url: str) -> Client:
    if which == "sdk":
        # Imported here because it costs a third of a second.
        from providers.tts.elevenlabs_clients.sdk import SdkClient

        return SdkClient(key, base_url)
    try:
        from providers.tts.elevenlabs_clients.direct import DirectClient
    except ImportError:
        problem = "ELEVENLABS_CLIENT='direct': install it with: pip install receptionist[fast]"
        raise ConfigurationError([problem]) from None
    return DirectClient(key, base_url)


ADAPTER: Adapter[TextToSpeech, ElevenLabsSettings] = Adapter(
    ElevenLabsSettings, build, lambda settings: settings.api_key is not None
)
