"""Three requests of OpenAI's API by aiohttp: an answer's events are read where they arrive.

Events: https://platform.openai.com/docs/api-reference/chat-streaming
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import aiohttp
import msgspec

from providers.llm.openai_clients.chunks import Chunk
from providers.llm.openai_clients.failures import (
    CONNECT_S,
    KEPT_S,
    NAME,
    WAIT_S,
    broken_answer,
    by_status,
)
from receptionist.errors import ProviderUnavailable
from receptionist.tls import tls_for

DATA = b"data:"
DONE = b"[DONE]"
END_S = 0.1
"""Behind the last event comes the end, and with it the connection back for the next answer."""
LONGEST_EVENT = 1 << 20
_DECODER = msgspec.json.Decoder(Chunk)


class DirectClient:
    """One pool of connections. Raises `ProviderError`."""

    def __init__(self, key: str, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._tls = tls_for(base_url) or True
        self._session: aiohttp.ClientSession | None = None

    async def chunks(self, body: dict[str, Any]) -> AsyncGenerator[Chunk, None]:
        """Events of an answer; left early, the request is broken off and costs no more."""
        async with self._asked("POST", "/chat/completions", body) as response:
            async for data in _events(response.content):
                if data == DONE:
                    break
                chunk = _DECODER.decode(data)
                if chunk.error is not None:
                    raise broken_answer()
                yield chunk
            with suppress(TimeoutError):
                async with asyncio.timeout(END_S):
                    await response.read()

    async def describe(self, model: str) -> None:
        """Ask for the model's description."""
        async with self._asked("GET", f"/models/{model}") as response:
            await response.read()

    async def answer(self, body: dict[str, Any]) -> None:
        """Ask for an answer that nobody reads."""
        async with self._asked("POST", "/chat/completions", body) as response:
            await response.read()

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    @asynccontextmanager
    async def _asked(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        url = f"{self._base_url}{path}"
        # A prompt has thousands of characters: the standard library takes ten times as long.
        data = None if body is None else msgspec.json.encode(body)
        with _provider_errors():
            async with self._opened().request(method, url, data=data) as response:
                if response.status >= 400:
                    # Read, so that the connection can be used again; it may quote the request.
                    await response.read()
                    raise by_status(response.status)
                yield response

    def _opened(self) -> aiohttp.ClientSession:
        # A session belongs to the loop it is made on, which does not run yet at the start.
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_S, ssl=self._tls),
                headers=self._headers,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=WAIT_S),
            )
        return self._session


async def _events(content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    rest = b""
    async for piece in content.iter_any():
        *lines, rest = (rest + piece).split(b"\n")
        if len(rest) > LONGEST_EVENT:
            raise ProviderUnavailable(NAME, "unreadable answer: an event without an end")
        for line in lines:
            if line.startswith(DATA):
                yield line[len(DATA) :].strip()


@contextmanager
def _provider_errors() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise ProviderUnavailable(NAME, "timed out") from error
    except (aiohttp.ClientError, OSError) as error:
        raise ProviderUnavailable(NAME, "the connection failed or was cut") from error
    except ValueError as error:
        raise ProviderUnavailable(NAME, f"unreadable answer: {type(error).__name__}") from error
