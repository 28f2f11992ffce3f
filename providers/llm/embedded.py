"""The embedded language engine: rules that behave like a model. No key, no network.

Stateless, as a model is: the dialogue's state is made anew from the messages,
so any process can go on with any conversation, also one that a model began.
"""

import json
from collections.abc import AsyncIterator

from pydantic_settings import BaseSettings

from providers.llm.embedded_engine.policy import Ask, Call, decide, take_result
from providers.llm.embedded_engine.state import Dialogue
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
)

# What another model (or a rule) last asked, by its words.
ASKED = (
    ("put you through", "offer_person"),
    ("message", "offer_message"),
    ("anything else", "anything_else"),
    ("date of birth", "birth"),
    ("your name", "name"),
    ("full name", "name"),
    ("which", "choice"),
)


class EmbeddedLanguageModel:
    """Fulfil `LanguageModel` by rules."""

    name = "embedded"

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """One thing said, or one function called."""
        state = replay(request)
        step = decide(state)
        names = {tool.name for tool in request.tools}
        if isinstance(step, Call) and step.name in names:
            if step.say:
                yield TextDelta(step.say)
            identifier = f"embedded-{len(request.messages)}"
            yield ToolCallRequested(ToolCall(identifier, step.name, json.dumps(step.arguments)))
            yield Completed("tool_calls")
            return
        text = step.text if isinstance(step, Ask) else "I'm sorry, I can't do that here."
        if state.expecting == "repeat":
            text = _last_said(request.messages) or text
        yield TextDelta(text)
        yield Completed("stop")

    async def warm(self) -> None:
        """Nothing to open."""

    async def check(self) -> None:
        """Rules are always well."""

    async def close(self) -> None:
        """Nothing is open."""


def replay(request: ModelRequest) -> Dialogue:
    """The dialogue's state after all messages."""
    state = Dialogue(request.practice, request.now, request.caller_number)
    called: dict[str, str] = {}
    for message in request.messages:
        match message.role:
            case "user":
                state.hear(message.content)
            case "assistant":
                called |= {call.id: call.name for call in message.tool_calls}
                if message.content and not message.tool_calls:
                    _asked(state, message.content)
            case "tool":
                take_result(state, called.get(message.tool_call_id or "", ""), _json(message))
            case "system":
                pass
    return state


def _asked(state: Dialogue, text: str) -> None:
    """What the caller will answer next: as our own policy asked it, or read off the words."""
    step = decide(state)
    if isinstance(step, Ask):
        is_ours = step.text.split("?")[0][-25:] in text
        state.expecting = step.expecting if is_ours else _read_question(text, step.expecting)
    state.report = ""


def _read_question(text: str, otherwise: str) -> str:
    question = text.casefold().rsplit(".", 1)[-1]
    return next((kind for words, kind in ASKED if words in question), otherwise)


def _json(message: ChatMessage) -> dict[str, object]:
    try:
        value = json.loads(message.content)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _last_said(messages: tuple[ChatMessage, ...]) -> str:
    spoken = (m.content for m in reversed(messages) if m.role == "assistant" and m.content)
    return next(spoken, "")


def build(_settings: BaseSettings) -> LanguageModel:
    """The adapter."""
    return EmbeddedLanguageModel()


ADAPTER: Adapter[LanguageModel, BaseSettings] = Adapter(BaseSettings, build)
