"""The embedded language engine: rules that behave like a model. No key, no network.

Stateless, as a model is: the dialogue's state is made anew from the messages,
so any process can go on with any conversation, also one that a model began.
"""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from pydantic_settings import BaseSettings

from providers.llm.embedded_engine.listening import hear, next_wish
from providers.llm.embedded_engine.policy import next_step
from providers.llm.embedded_engine.questions import proposal_in, question_in, refuses
from providers.llm.embedded_engine.results import adopt, take_result
from providers.llm.embedded_engine.state import Dialogue
from providers.llm.embedded_engine.steps import Ask
from receptionist.ports.adapter import Adapter
from receptionist.ports.language_model import (
    Completed,
    LanguageModel,
    ModelEvent,
    ModelRequest,
    TextDelta,
    ToolCall,
    ToolCallRequested,
)

PARDON = "I'm sorry, could you say that once more?"


class EmbeddedLanguageModel:
    """Fulfil `LanguageModel` by rules."""

    name = "embedded"

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """One thing said, or one function called."""
        state = replay(request)
        step = next_step(state)
        if isinstance(step, Ask):
            text = _last_said(request) if state.repeats else step.text
            yield TextDelta(text or PARDON)
            yield Completed("stop")
            return
        if step.say:
            yield TextDelta(step.say)
        identifier = f"embedded-{len(request.messages)}"
        yield ToolCallRequested(ToolCall(identifier, step.name, json.dumps(step.arguments)))
        yield Completed("tool_calls")

    async def warm(self) -> None:
        """Nothing to open."""

    async def check(self) -> None:
        """Rules are always well."""

    async def close(self) -> None:
        """Nothing is open."""


def replay(request: ModelRequest) -> Dialogue:
    """The dialogue's state after all messages."""
    functions = frozenset(tool.name for tool in request.tools)
    state = Dialogue(request.practice, request.now, request.caller_number, functions)
    called: dict[str, ToolCall] = {}
    for message in request.messages:
        match message.role:
            case "user":
                hear(state, message.content)
            case "assistant":
                if message.content and not message.tool_calls:
                    _asked(state, message.content)
                for call in message.tool_calls:
                    called[call.id] = call
                    adopt(state, call.name, _json(call.arguments))
            case "tool":
                answered = called.get(message.tool_call_id or "")
                take_result(state, answered.name if answered else "", _json(message.content))
                next_wish(state)
            case "system":
                pass
    return state


def _asked(state: Dialogue, text: str) -> None:
    """What the caller will answer next: as our own policy asked it, or read off the words."""
    step = next_step(state)
    is_ours = isinstance(step, Ask) and (state.repeats or _whole(step.text, text))
    if isinstance(step, Ask) and not state.repeats:
        state.expecting = step.expecting if is_ours else question_in(text, step.expecting)
    if is_ours or refuses(text):
        state.proposed = ""
    state.proposed = "" if is_ours else proposal_in(text) or state.proposed
    state.report, state.previous = "", text


def _whole(ours: str, text: str) -> bool:
    """Whether all of it was said; what the caller cut short was not."""
    return " ".join(ours.split()) in " ".join(text.split())


def _json(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _last_said(request: ModelRequest) -> str:
    spoken = (m.content for m in reversed(request.messages) if m.role == "assistant")
    return next((text for text in spoken if text), "")


def build(_settings: BaseSettings) -> LanguageModel:
    """The adapter."""
    return EmbeddedLanguageModel()


ADAPTER: Adapter[LanguageModel, BaseSettings] = Adapter(BaseSettings, build)
