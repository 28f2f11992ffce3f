"""ElevenLabs by its official SDK."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from typing import Any, cast

import httpx
from elevenlabs import AsyncElevenLabs
from elevenlabs.core.api_error import ApiError

from providers.tts.elevenlabs_clients.refused import Refused

CHUNK_BYTES = 800


class SdkClient:
    """Raises `Refused` or httpx's errors."""

    def __init__(self, key: str, base_url: str) -> None:
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(4.0, connect=2.0),
            limits=httpx.Limits(max_connections=100, keepalive_expiry=60),
        )
        sdk = AsyncElevenLabs(api_key=key, base_url=base_url, httpx_client=self._http)
        # The SDK imports them when they are first named: here, and not while calls wait.
        self._speech, self._models = sdk.text_to_speech, sdk.models

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
