"""OpenAI by its official SDK, which does not retry here: the router asks the next model instead."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import msgspec
import openai

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
from receptionist.tls import tls


class SdkClient:
    """Raises `ProviderError`."""

    def __init__(self, key: str, base_url: str) -> None:
        self._sdk = openai.AsyncOpenAI(
            api_key=key,
            base_url=base_url,
            max_retries=0,
            http_client=openai.DefaultAsyncHttpxClient(
                timeout=httpx2.Timeout(WAIT_S, connect=CONNECT_S),
                # Kept for 5 s otherwise: a caller who talks for longer would wait for a new one.
                limits=httpx2.Limits(keepalive_expiry=KEPT_S),
                verify=tls(),
            ),
        )
        # Imported when it is first named: here, and not while calls wait.
        self._models = self._sdk.models

    async def chunks(self, body: dict[str, Any]) -> AsyncGenerator[Chunk, None]:
        """As the SDK reads them, before it makes its own objects: those cost 0.2 ms a chunk."""
        with _provider_errors():
            stream = await self._sdk.post(
                "/chat/completions",
                cast_to=object,
                body=body,
                stream=True,
                stream_cls=openai.AsyncStream[object],
            )
            try:
                async for event in stream:
                    yield msgspec.convert(event, Chunk)
            finally:
                # Also when the caller has interrupted: nobody pays for unheard words.
                await stream.close()

    async def describe(self, model: str) -> None:
        """Ask for the model's description."""
        with _provider_errors():
            await self._models.retrieve(model)

    async def answer(self, body: dict[str, Any]) -> None:
        """Ask for an answer that nobody reads."""
        with _provider_errors():
            await self._sdk.chat.completions.create(**body)

    async def close(self) -> None:
        """Close the connections."""
        await self._sdk.close()


@contextmanager
def _provider_errors() -> Iterator[None]:
    """The SDK's errors as ours. Its messages may quote the request, so they are not passed on."""
    try:
        yield
    except openai.APITimeoutError as error:
        raise ProviderUnavailable(NAME, "timed out") from error
    except openai.APIConnectionError as error:
        raise ProviderUnavailable(NAME, "the connection failed or was cut") from error
    except openai.APIStatusError as error:
        raise by_status(error.status_code) from error
    except openai.APIError as error:
        raise broken_answer() from error
    except (httpx2.HTTPError, ValueError) as error:
        raise ProviderUnavailable(NAME, f"unreadable answer: {type(error).__name__}") from error
