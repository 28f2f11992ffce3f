"""Thinking: a conversation in, words and function calls out."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from receptionist.domain.practice import Practice


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model wants a function called.

    `arguments` is JSON as the model wrote it, maybe broken.
    """

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of the conversation, in the order and roles of chat completions.

    `assistant` may carry `tool_calls`; each is answered by a `tool` message
    whose `content` is the JSON result and whose `tool_call_id` names the call.
    """

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A function the model may call; `parameters` is a JSON Schema object."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """What the model is asked.

    `messages` begins with the system prompt. The remaining fields are the same
    facts as values, for engines that do not read prompts.
    """

    messages: tuple[ChatMessage, ...]
    tools: tuple[ToolSpec, ...]
    practice: Practice
    now: datetime
    """Aware, in the practice's zone."""
    caller_number: str | None = None
    """E.164, or None when withheld."""
    hints: tuple[str, ...] = ()
    """What staff told the model about this call; the prompt holds it as well."""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallRequested:
    """A complete function call."""

    call: ToolCall


@dataclass(frozen=True, slots=True)
class Completed:
    """The answer is whole: `stop`, `tool_calls`, `length` or `content_filter`."""

    finish_reason: str


ModelEvent = TextDelta | ToolCallRequested | Completed


class LanguageModel(Protocol):
    """A language model, or rules that behave like one."""

    name: str

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Events of one answer; the last is `Completed`. Raises `ProviderError`.

        A stream that ends without a finish reason raises `ProviderUnavailable`.
        """

    async def warm(self) -> None:
        """Open a connection ahead of the first turn. Never raises."""

    async def check(self) -> None:
        """One cheap real request. Raises `ProviderError`."""

    async def close(self) -> None:
        """Release process-wide connections."""
