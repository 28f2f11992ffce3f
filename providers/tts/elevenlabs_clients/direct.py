"""Two requests of ElevenLabs' API by aiohttp, whose connections cost a fraction of httpx's.

Its pool does not look at every idle connection for each request, and audio is passed on in
the pieces it came in.
API: https://elevenlabs.io/docs/api-reference/text-to-speech/stream
"""

from collections.abc import AsyncGenerator

import aiohttp
import msgspec

from providers.tts.elevenlabs_clients.refused import Refused
from receptionist.tls import tls_for

CONNECT_S = 2.0
SILENT_S = 4.0
MOST_CONNECTIONS = 100
KEPT_S = 60.0


class DirectClient:
    """One pool of connections. Raises `Refused`, `OSError` or `TimeoutError`."""

    def __init__(self, key: str, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = {"xi-api-key": key, "Content-Type": "application/json"}
        self._tls = tls_for(base_url) or True
        self._session: aiohttp.ClientSession | None = None

    async def speak(self, voice_id: str, asked: dict[str, str]) -> AsyncGenerator[bytes, None]:
        """Raw μ-law as it is made; left early, the request is broken off."""
        url = f"{self._base_url}/v1/text-to-speech/{voice_id}/stream?output_format=ulaw_8000"
        try:
            async with self._opened().post(url, data=msgspec.json.encode(asked)) as response:
                await _raise_for_status(response)
                async for chunk in response.content.iter_any():
                    yield chunk
        except aiohttp.ClientError as exc:
            raise ConnectionError(type(exc).__name__) from exc

    async def models(self) -> None:
        """List the models."""
        try:
            async with self._opened().get(f"{self._base_url}/v1/models") as response:
                await _raise_for_status(response)
                await response.read()
        except aiohttp.ClientError as exc:
            raise ConnectionError(type(exc).__name__) from exc

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        # A session belongs to the loop it is made on, which does not run yet at the start.
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=MOST_CONNECTIONS, keepalive_timeout=KEPT_S, ssl=self._tls
                ),
                headers=self._headers,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=CONNECT_S, sock_read=SILENT_S
                ),
            )
        return self._session


class _Detail(msgspec.Struct):
    status: str | None = None


class _Problem(msgspec.Struct):
    detail: _Detail | None = None


async def _raise_for_status(response: aiohttp.ClientResponse) -> None:
    if response.status < 400:
        return
    try:
        problem = msgspec.json.decode(await response.read(), type=_Problem)
    except msgspec.DecodeError:
        problem = _Problem()
    raise Refused(response.status, (problem.detail and problem.detail.status) or "")
