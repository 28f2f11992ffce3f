"""ElevenLabs by its official SDK."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from typing import Any, cast

import httpx
from elevenlabs.core.api_error import ApiError
from elevenlabs.core.client_wrapper import AsyncClientWrapper
from elevenlabs.models.client import AsyncModelsClient
from elevenlabs.text_to_speech.client import AsyncTextToSpeechClient

from providers.tts.elevenlabs_clients.refused import Refused
from receptionist.tls import tls

CHUNK_BYTES = 800
SILENT_S = 4.0


class SdkClient:
    """Raises `Refused` or httpx's errors."""

    def __init__(self, key: str, base_url: str) -> None:
        self._http = httpx.AsyncClient(
            verify=tls(),
            limits=httpx.Limits(max_connections=100, keepalive_expiry=60),
        )
        # Two of the SDK's forty clients: all of them would be a tenth of a start. The time is
        # said here because the SDK heeds no other.
        sdk = AsyncClientWrapper(
            api_key=key, base_url=base_url, httpx_client=self._http, timeout=SILENT_S
        )
        self._speech = AsyncTextToSpeechClient(client_wrapper=sdk)
        self._models = AsyncModelsClient(client_wrapper=sdk)

    async def speak(self, voice_id: str, asked: dict[str, str]) -> AsyncGenerator[bytes, None]:
        """Raw μ-law as it is made; left early, the request is broken off."""
        body: dict[str, Any] = dict(asked)
        stream = self._speech.stream(
            voice_id,
            output_format="ulaw_8000",
            request_options={"chunk_size": CHUNK_BYTES, "max_retries": 0},
            **body,
        )
        with _refusals():
            async with aclosing(cast(AsyncGenerator[bytes, None], stream)) as chunks:
                async for chunk in chunks:
                    yield chunk

    async def models(self) -> None:
        """List the models."""
        with _refusals():
            await self._models.list(request_options={"max_retries": 0})

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except ApiError as exc:
        detail = exc.body.get("detail") if isinstance(exc.body, dict) else None
        status = detail.get("status") if isinstance(detail, dict) else ""
        raise Refused(exc.status_code or 500, str(status or "")) from exc
