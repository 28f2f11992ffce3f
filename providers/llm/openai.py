"""OpenAI: streamed chat completions with functions.

Also speaks to whatever else offers `/v1/chat/completions`, by OPENAI_BASE_URL.
Wire format: https://platform.openai.com/docs/api-reference/chat-streaming

The SDK does not retry here: the router asks the next model instead.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from receptionist.errors import (
    ProviderError,
    ProviderLimited,
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

if TYPE_CHECKING:
    import openai

NAME = "openai"
CONNECT_S = 1.5
WAIT_S = 8.0
"""For each read; the router's own patience is shorter and decides who answers."""
TEMPERATURE = 0.2
LONGEST_ANSWER_TOKENS = 500


class OpenAISettings(BaseSettings, env_prefix="OPENAI_", env_ignore_empty=True, extra="ignore"):
    """Environment: OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL."""

    api_key: SecretStr | None = None
    base_url: str = "https://api.openai.com/v1"
    model: str = "gpt-4o"


class OpenAILanguageModel:
    """Fulfil `LanguageModel` with OpenAI's chat completions."""

    name = NAME

    def __init__(self, client: "openai.AsyncOpenAI", model: str) -> None:
        self._client = client
        self._model = model

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Text as it comes; each function call once it is whole."""
        with provider_errors():
            stream = await self._events(request)
            calls = _Calls()
            finish_reason: str | None = None
            try:
                async for event in stream:
                    # The chunk with the usage has no choices.
                    for choice in (msgspec.convert(event, _Chunk).choices or ())[:1]:
                        if choice.delta is not None:
                            if choice.delta.content:
                                yield TextDelta(choice.delta.content)
                            calls.add(choice.delta.tool_calls or ())
                        finish_reason = choice.finish_reason or finish_reason
            finally:
                # Also when the caller has interrupted: nobody pays for unheard words.
                await stream.close()
        if finish_reason is None:
            raise ProviderUnavailable(NAME, "the answer ended without a finish reason")
        for call in calls.whole():
            yield ToolCallRequested(call)
        yield Completed(finish_reason)

    async def _events(self, request: ModelRequest) -> "openai.AsyncStream[object]":
        """As the SDK reads them, before it makes its own objects: those cost 0.2 ms a chunk."""
        from openai import AsyncStream

        return await self._client.post(
            "/chat/completions",
            cast_to=object,
            body=self._body(request),
            stream=True,
            stream_cls=AsyncStream[object],
        )

    async def warm(self) -> None:
        """Open a connection, so that the first turn does not pay for it."""
        try:
            await self._describe()
        except ProviderError:
            return

    async def check(self) -> None:
        """Ask for the model's description, or for one token where there is no such route."""
        try:
            await self._describe()
        except ProviderRefused as error:
            if error.status != 404:
                raise
            await self._one_token()

    async def _describe(self) -> None:
        with provider_errors():
            await self._client.models.retrieve(self._model)

    async def _one_token(self) -> None:
        with provider_errors():
            await self._client.chat.completions.create(
                model=self._model,
                messages=[{"role": "user", "content": "Say yes."}],
                max_completion_tokens=1,
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


class _Function(msgspec.Struct):
    name: str | None = None
    arguments: str | None = None


class _Fragment(msgspec.Struct):
    index: int = 0
    id: str | None = None
    function: _Function | None = None


class _Delta(msgspec.Struct):
    content: str | None = None
    tool_calls: list[_Fragment] | None = None


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Chunk(msgspec.Struct):
    """What is read of one event of an answer."""

    choices: list[_Choice] | None = None


class _Calls:
    """Puts function calls together from fragments, which are told apart by their index."""

    def __init__(self) -> None:
        self._parts: dict[int, dict[str, str]] = {}

    def add(self, fragments: Iterable[_Fragment]) -> None:
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


@contextmanager
def provider_errors() -> Iterator[None]:
    """The SDK's errors as ours. Its messages may quote the request, so they are not passed on."""
    import httpx2
    import openai

    try:
        yield
    except openai.APITimeoutError as error:
        raise ProviderUnavailable(NAME, "timed out") from error
    except openai.APIConnectionError as error:
        raise ProviderUnavailable(NAME, "the connection failed or was cut") from error
    except openai.APIStatusError as error:
        raise _by_status(error.status_code) from error
    except openai.APIError as error:
        raise ProviderUnavailable(NAME, "an error came in the middle of the answer") from error
    except (httpx2.HTTPError, ValueError) as error:
        raise ProviderUnavailable(NAME, f"unreadable answer: {type(error).__name__}") from error


def _by_status(status: int) -> ProviderError:
    reason = f"HTTP {status}"
    if status == 429:
        return ProviderLimited(NAME, reason, status=status)
    if 400 <= status < 500 and status not in (408, 409):
        return ProviderRefused(NAME, reason, status=status)
    return ProviderUnavailable(NAME, reason, status=status)


def build(settings: OpenAISettings) -> LanguageModel:
    """The adapter; its SDK is imported here, because that is slow and large."""
    import httpx2
    import openai

    key = settings.api_key.get_secret_value() if settings.api_key else "none"
    client = openai.AsyncOpenAI(
        api_key=key,
        base_url=settings.base_url,
        max_retries=0,
        timeout=httpx2.Timeout(WAIT_S, connect=CONNECT_S),
    )
    return OpenAILanguageModel(client, settings.model)


ADAPTER: Adapter[LanguageModel, OpenAISettings] = Adapter(
    OpenAISettings, build, configured=lambda settings: settings.api_key is not None
)
