"""What every language model adapter does, whoever's dialect it speaks."""

from collections.abc import Sequence
from datetime import datetime

from receptionist.domain.practice import Practice, Service
from receptionist.ports.language_model import (
    ChatMessage,
    Completed,
    LanguageModel,
    ModelEvent,
    ModelRequest,
    TextDelta,
    ToolCallRequested,
    ToolSpec,
)

PRACTICE = Practice(
    name="Maple Street Clinic",
    timezone="America/New_York",
    numbers=("+15550100",),
    greeting="Hello.",
    hours={},
    services=(Service("Check-up", 30),),
)
NOW = datetime(2026, 3, 9, 10, 0, tzinfo=PRACTICE.zone)
TOOLS = (
    ToolSpec("end_call", "Hang up.", {"type": "object", "properties": {}}),
    ToolSpec(
        "answer_faq",
        "Look an answer up.",
        {
            "type": "object",
            "properties": {"question": {"type": "string"}},
            "required": ["question"],
        },
    ),
)


def request(*messages: ChatMessage, tools: Sequence[ToolSpec] = TOOLS) -> ModelRequest:
    """A request with a system prompt before `messages`."""
    system = ChatMessage("system", "You are the receptionist of Maple Street Clinic.")
    said = messages or (ChatMessage("user", "Hello, what are your opening hours?"),)
    return ModelRequest((system, *said), tuple(tools), PRACTICE, NOW)


async def events_of(model: LanguageModel, asked: ModelRequest) -> list[ModelEvent]:
    """Every event of one answer."""
    return [event async for event in model.stream(asked)]


class LanguageModelContract:
    """Subclass with a `model` fixture that answers sensibly."""

    async def test_an_answer_ends_with_exactly_one_completed(self, model: LanguageModel) -> None:
        events = await events_of(model, request())

        assert isinstance(events[-1], Completed)
        assert sum(isinstance(event, Completed) for event in events) == 1

    async def test_an_answer_says_or_does_something(self, model: LanguageModel) -> None:
        events = await events_of(model, request())

        assert any(isinstance(event, TextDelta | ToolCallRequested) for event in events)

    async def test_function_calls_name_known_functions_and_have_ids(
        self, model: LanguageModel
    ) -> None:
        events = await events_of(model, request(ChatMessage("user", "Goodbye.")))

        for event in events:
            if isinstance(event, ToolCallRequested):
                assert event.call.id
                assert event.call.name in {tool.name for tool in TOOLS}

    async def test_an_answer_can_be_closed_early(self, model: LanguageModel) -> None:
        stream = model.stream(request())

        await anext(stream)

        await stream.aclose()  # type: ignore[attr-defined]
        assert (await events_of(model, request()))[-1:] != []

    async def test_it_answers_without_functions(self, model: LanguageModel) -> None:
        events = await events_of(model, request(tools=()))

        assert not any(isinstance(event, ToolCallRequested) for event in events)

    async def test_check_and_warm_pass_on_a_working_service(self, model: LanguageModel) -> None:
        await model.warm()

        await model.check()

    async def test_it_has_a_name(self, model: LanguageModel) -> None:
        assert model.name
