"""OpenAI: streamed chat completions with functions.

Also speaks to whatever else offers `/v1/chat/completions`, by OPENAI_BASE_URL.
Wire format: https://platform.openai.com/docs/api-reference/chat-streaming

By the official SDK, or, with OPENAI_CLIENT=direct, past it for less CPU time.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from contextlib import aclosing
from typing import Any, Literal, Protocol

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from providers.llm.openai_clients.chunks import Chunk, Fragment
from providers.llm.openai_clients.failures import NAME
from receptionist.errors import (
    ConfigurationError,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
)
from receptionist.ports.adapter import Adapter
from receptionist.ports.language_model import (
    ChatMessage,
    Completed,
    LanguageModel,
    ModelEvent,
    ModelRequest,
    TextDelta,
    ToolCall,
    ToolCallRequested,
    ToolSpec,
)

TEMPERATURE = 0.2
LONGEST_ANSWER_TOKENS = 500


class OpenAISettings(BaseSettings, env_prefix="OPENAI_", env_ignore_empty=True, extra="ignore"):
    """Environment: OPENAI_API_KEY, _BASE_URL, _MODEL, _CLIENT."""

    api_key: SecretStr | None = None
    base_url: str = "https://api.openai.com/v1"
    model: str = "gpt-4o"
    client: Literal["sdk", "direct"] = "sdk"


class Client(Protocol):
    """A way to OpenAI's API. Raises `ProviderError`; `body` is the request's."""

    def chunks(self, body: dict[str, Any]) -> AsyncGenerator[Chunk, None]:
        """Events of an answer, as they come."""

    async def describe(self, model: str) -> None:
        """Ask for the model's description."""

    async def answer(self, body: dict[str, Any]) -> None:
        """Ask for an answer that nobody reads."""

    async def close(self) -> None:
        """Close the connections."""


class OpenAILanguageModel:
    """Fulfil `LanguageModel` with OpenAI's chat completions."""

    name = NAME

    def __init__(self, client: Client, model: str) -> None:
        self._client = client
        self._model = model

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Text as it comes; each function call once it is whole."""
        calls = _Calls()
        finish_reason: str | None = None
        async with aclosing(self._client.chunks(self._body(request))) as chunks:
            async for chunk in chunks:
                # The chunk with the usage has no choices.
                for choice in (chunk.choices or ())[:1]:
                    if choice.delta is not None:
                        if choice.delta.content:
                            yield TextDelta(choice.delta.content)
                        calls.add(choice.delta.tool_calls or ())
                    finish_reason = choice.finish_reason or finish_reason
        if finish_reason is None:
            raise ProviderUnavailable(NAME, "the answer ended without a finish reason")
        for call in calls.whole():
            yield ToolCallRequested(call)
        yield Completed(finish_reason)

    async def warm(self) -> None:
        """Open a connection, so that the first turn does not pay for it."""
        try:
            await self._client.describe(self._model)
        except ProviderError:
            return

    async def check(self) -> None:
        """Ask for the model's description, or for one token where there is no such route."""
        try:
            await self._client.describe(self._model)
        except ProviderRefused as error:
            if error.status != 404:
                raise
            await self._one_token()

    async def _one_token(self) -> None:
        asked = [{"role": "user", "content": "Say yes."}]
        await self._client.answer(
            {"model": self._model, "messages": asked, "max_completion_tokens": 1}
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    def _body(self, request: ModelRequest) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._model,
            "messages": [_message(message) for message in request.messages],
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": TEMPERATURE,
            "max_completion_tokens": LONGEST_ANSWER_TOKENS,
        }
        if request.tools:
            body["tools"] = [_tool(tool) for tool in request.tools]
        return body


class _Calls:
    """Puts function calls together from fragments, which are told apart by their index."""

    def __init__(self) -> None:
        self._parts: dict[int, dict[str, str]] = {}

    def add(self, fragments: Iterable[Fragment]) -> None:
        for fragment in fragments:
            part = self._parts.setdefault(fragment.index, {"id": "", "name": "", "arguments": ""})
            part["id"] = fragment.id or part["id"]
            if fragment.function is not None:
                part["name"] += fragment.function.name or ""
                part["arguments"] += fragment.function.arguments or ""

    def whole(self) -> Iterator[ToolCall]:
        for _, part in sorted(self._parts.items()):
            yield ToolCall(part["id"], part["name"], part["arguments"])


def _message(message: ChatMessage) -> dict[str, Any]:
    body: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        body["content"] = message.content or None
        body["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    if message.tool_call_id is not None:
        body["tool_call_id"] = message.tool_call_id
    return body


def _tool(tool: ToolSpec) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": dict(tool.parameters),
        },
    }


def build(settings: OpenAISettings) -> LanguageModel:
    """The adapter, by the client that is chosen."""
    key = settings.api_key.get_secret_value() if settings.api_key else "none"
    client = _client(settings.client, key, settings.base_url)
    return OpenAILanguageModel(client, settings.model)


def _client(which: Literal["sdk", "direct"], key: str, base_url: str) -> Client:
    if which == "sdk":
        # Imported here, because it is slow and large.
        from providers.llm.openai_clients.sdk import SdkClient

        return SdkClient(key, base_url)
    try:
        from providers.llm.openai_clients.direct import DirectClient
    except ImportError:
        problem = "OPENAI_CLIENT='direct': install it with: pip install receptionist[fast]"
        raise ConfigurationError([problem]) from None
    return DirectClient(key, base_url)


ADAPTER: Adapter[LanguageModel, OpenAISettings] = Adapter(
    OpenAISettings, build, configured=lambda settings: settings.api_key is not None
)
