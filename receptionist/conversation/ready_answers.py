"""Approved answers given without asking a model, where there is no doubt what was asked.

Only while nothing else has been talked about: once there is anything to come back to, the
model decides how.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, cast

from receptionist.domain.faq_match import certain_faq
from receptionist.domain.practice import Faq
from receptionist.domain.turn_rules import ANYTHING_ELSE
from receptionist.observability import Metrics
from receptionist.ports.language_model import (
    Completed,
    LanguageModel,
    ModelEvent,
    ModelRequest,
    TextDelta,
)


class _WithReadyAnswers:
    """Fulfil `LanguageModel` with approved answers, and with the model for all else."""

    def __init__(self, model: LanguageModel, metrics: Metrics) -> None:
        self._model = model
        self._metrics = metrics

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Events of one answer."""
        faq = ready_answer(request)
        self._metrics.ready_answers.labels("miss" if faq is None else "hit").inc()
        if faq is None:
            events = cast(AsyncGenerator[ModelEvent, None], self._model.stream(request))
            async with aclosing(events):
                # Left early, the request is broken off.
                async for event in events:
                    yield event
            return
        is_english = request.practice.language.startswith("en")
        yield TextDelta(f"{faq.answer} {ANYTHING_ELSE}" if is_english else faq.answer)
        yield Completed("stop")


def with_ready_answers(model: LanguageModel, metrics: Metrics) -> LanguageModel:
    """The same model, which is spared what the practice has an answer to."""
    return cast(LanguageModel, _WithReadyAnswers(model, metrics))


def ready_answer(request: ModelRequest) -> Faq | None:
    """The answer to a caller who has so far asked nothing but approved questions, word for word.

    None as well when the model has been told something about this turn, or by staff.
    """
    _prompt, *said = request.messages
    if request.hints or not said or said[-1].role != "user":
        return None
    found: Faq | None = None
    for message in said:
        if message.role == "assistant" and not message.tool_calls:
            continue
        found = certain_faq(message.content, request.practice.faqs)
        if message.role != "user" or found is None:
            return None
    return found
