"""ElevenLabs: streaming text-to-speech over HTTP.

Asked for μ-law at 8 kHz, so its audio goes to Twilio untouched. The official
SDK's async stream; its default chunk of 1024 bytes would hold the first sound
back by a third of a second, so it is asked for 100 ms (PACKAGES 2.2).
"""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from providers.errors import connection_errors, refusal
from receptionist.errors import ProviderError
from receptionist.ports.adapter import Adapter
from receptionist.ports.text_to_speech import TextToSpeech

if TYPE_CHECKING:
    from elevenlabs import AsyncElevenLabs

CHUNK_BYTES = 800
PREVIOUS_CHARACTERS = 300


class ElevenLabsSettings(BaseSettings):
    """Environment: ELEVENLABS_API_KEY, _BASE_URL, _VOICE_ID, _MODEL_ID."""

    model_config = SettingsConfigDict(env_prefix="ELEVENLABS_", env_ignore_empty=True)

    api_key: SecretStr | None = None
    base_url: str = "https://api.elevenlabs.io"
    voice_id: str = "EXAVITQu4vr4xnSDxMaL"
    model_id: str = "eleven_flash_v2_5"


class ElevenLabsTextToSpeech:
    """Fulfil `TextToSpeech` with ElevenLabs."""

    name = "elevenlabs"
    streaming = True

    def __init__(self, client: "AsyncElevenLabs", http: Any, voice_id: str, model_id: str) -> None:
        self._client = client
        self._http = http
        self._voice_id = voice_id
        self._model_id = model_id
        self.voice = f"{voice_id}/{model_id}"

    async def synthesize(
        self, text: str, *, language: str = "en", previous_text: str = ""
    ) -> AsyncIterator[bytes]:
        """Raw μ-law as it is made. Raises `ProviderError`, also after some of it has come."""
        more: dict[str, Any] = {}
        if previous_text:
            more["previous_text"] = previous_text[-PREVIOUS_CHARACTERS:]
        stream = self._client.text_to_speech.stream(
            self._voice_id,
            text=text,
            model_id=self._model_id,
            output_format="ulaw_8000",
            request_options={"chunk_size": CHUNK_BYTES, "max_retries": 0},
            **more,
        )
        with connection_errors(self.name):
            try:
                # Left early (barge-in), the request is broken off and costs no more.
                async with aclosing(stream) as chunks:
                    async for chunk in chunks:
                        yield chunk
            except self._api_error as exc:
                raise self._translated(exc) from exc

    async def warm(self) -> None:
        """Open a pooled connection."""
        try:
            await self.check()
        except ProviderError:
            return

    async def check(self) -> None:
        """List the models: free, and it needs the key. Raises `ProviderError`."""
        with connection_errors(self.name):
            try:
                await self._client.models.list(request_options={"max_retries": 0})
            except self._api_error as exc:
                raise self._translated(exc) from exc

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    @property
    def _api_error(self) -> type[Exception]:
        from elevenlabs.core.api_error import ApiError

        return ApiError

    def _translated(self, exc: Any) -> ProviderError:
        detail = exc.body.get("detail") if isinstance(exc.body, dict) else None
        status = detail.get("status") if isinstance(detail, dict) else ""
        # A 401 is not always a bad key: a spent quota is one as well (PROTOCOLS F).
        return refusal(self.name, exc.status_code or 500, over_quota="quota" in str(status or ""))


def build(settings: ElevenLabsSettings) -> TextToSpeech:
    """The adapter; its SDK is imported here because it costs a third of a second."""
    import httpx
    from elevenlabs import AsyncElevenLabs

    http = httpx.AsyncClient(
        timeout=httpx.Timeout(4.0, connect=2.0),
        limits=httpx.Limits(max_connections=100, keepalive_expiry=60),
    )
    key = settings.api_key.get_secret_value() if settings.api_key else ""
    client = AsyncElevenLabs(api_key=key, base_url=settings.base_url, httpx_client=http)
    return ElevenLabsTextToSpeech(client, http, settings.voice_id, settings.model_id)


ADAPTER: Adapter[TextToSpeech, ElevenLabsSettings] = Adapter(
    ElevenLabsSettings, build, lambda settings: settings.api_key is not None
)
