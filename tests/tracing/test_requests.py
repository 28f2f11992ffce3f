"""Wrapped ports: what passes through, and what is noted of it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
import structlog

from receptionist.errors import ProviderLimited
from receptionist.ports.language_model import Completed, TextDelta
from receptionist.tracing.calls import trace_id_of
from receptionist.tracing.requests import (
    traced_handler,
    traced_methods,
    traced_model,
    traced_recogniser,
    traced_voice,
)
from tests.tracing.conftest import Collected

SID = "CA" + "2" * 32


class Model:
    name = "openai"

    def __init__(self, collected: Collected, failure: Exception | None = None) -> None:
        self._collected = collected
        self._failure = failure
        self.closed = False

    async def stream(self, _request: Any) -> AsyncIterator[Any]:
        try:
            self._collected.now_s += 0.25
            yield TextDelta("Your name is Anna Smith.")
            self._collected.now_s += 0.5
            if self._failure is not None:
                raise self._failure
            yield Completed("stop")
        finally:
            self.closed = True

    async def warm(self) -> None:
        self.closed = False


async def test_an_answer_passes_through_and_its_first_event_is_noted(collected: Collected) -> None:
    model = traced_model(Model(collected), collected.requests)

    with structlog.contextvars.bound_contextvars(call_sid=SID):
        events = [event async for event in model.stream(Any)]
    collected.traces.flush()

    span = collected.span("llm")
    assert [type(event) for event in events] == [TextDelta, Completed]
    assert span.context.trace_id == trace_id_of(SID)
    assert dict(span.attributes) == {
        "receptionist.provider": "openai",
        "receptionist.first_ms": 250.0,
    }
    assert span.end_time - span.start_time == 750_000_000


async def test_a_failure_is_noted_by_its_code_and_not_by_its_text(collected: Collected) -> None:
    failure = ProviderLimited("openai", "quota of Anna Smith")
    model = traced_model(Model(collected, failure), collected.requests)

    with pytest.raises(ProviderLimited):
        [event async for event in model.stream(Any)]

    span = collected.span("llm")
    assert span.attributes["receptionist.error_code"] == "provider_limited"
    assert not span.status.is_ok
    assert "Anna" not in span.to_json()


async def test_an_answer_that_is_broken_off_closes_the_models_stream(collected: Collected) -> None:
    model = Model(collected)
    async with aclosing(traced_model(model, collected.requests).stream(Any)) as events:
        await anext(events)

    assert model.closed
    assert collected.span("llm").status.is_ok


async def test_what_is_not_traced_of_an_adapter_is_still_there(collected: Collected) -> None:
    model = Model(collected)
    traced = traced_model(model, collected.requests)

    await traced.warm()

    assert traced.name == "openai"
    assert not collected.spans("llm")


async def test_a_sentence_is_traced_without_its_words(collected: Collected) -> None:
    async def synthesize(text: str, *, language: str, previous_text: str) -> AsyncIterator[bytes]:
        yield text.encode()

    voice = traced_voice(
        SimpleNamespace(name="elevenlabs", synthesize=synthesize), collected.requests
    )

    audio = b"".join([chunk async for chunk in voice.synthesize("Anna Smith")])

    assert audio == b"Anna Smith"
    assert "Anna" not in collected.span("tts").to_json()


async def test_a_recognisers_connection_is_one_span(collected: Collected) -> None:
    @asynccontextmanager
    async def recognise(*, language: str, keyterms: Sequence[str]) -> AsyncIterator[str]:
        collected.now_s += 0.1
        yield "recognition"
        collected.now_s += 60

    recogniser = traced_recogniser(
        SimpleNamespace(name="deepgram", recognise=recognise), collected.requests
    )

    async with recogniser.recognise(language="en") as recognition:
        assert recognition == "recognition"

    span = collected.span("stt")
    assert span.attributes["receptionist.first_ms"] == 100.0
    assert span.end_time - span.start_time == 60_100_000_000


async def test_a_recognisers_failure_in_a_group_is_noted_by_its_code(collected: Collected) -> None:
    @asynccontextmanager
    async def recognise(*, language: str, keyterms: Sequence[str]) -> AsyncIterator[str]:
        yield "recognition"

    recogniser = traced_recogniser(
        SimpleNamespace(name="deepgram", recognise=recognise), collected.requests
    )

    with pytest.raises(ExceptionGroup):
        async with recogniser.recognise(language="en"):
            raise ExceptionGroup("tasks", [ProviderLimited("deepgram", "quota")])

    assert collected.span("stt").attributes["receptionist.error_code"] == "provider_limited"


async def test_a_function_belongs_to_the_call_it_was_called_in(collected: Collected) -> None:
    async def handle(arguments: Any, facts: Any, office: Any, *, tool_call_id: str) -> str:
        return tool_call_id

    handler = traced_handler(SimpleNamespace(name="end_call", handle=handle), collected.requests)

    answer = await handler.handle({}, SimpleNamespace(call_sid=SID), Any, tool_call_id="t1")
    collected.traces.flush()

    assert answer == "t1"
    assert collected.span("action").context.trace_id == trace_id_of(SID)


async def test_every_coroutine_of_an_adapter_is_a_request_but_its_close(
    collected: Collected,
) -> None:
    class Calendar:
        name = "google"

        async def put(self, event: str) -> str:
            return f"stored {event}"

        async def close(self) -> None:
            return None

        def timezone(self) -> str:
            return "Europe/Berlin"

    calendar = traced_methods("calendar", Calendar(), collected.requests)

    assert await calendar.put("e1") == "stored e1"
    assert calendar.timezone() == "Europe/Berlin"
    await calendar.close()
    assert [span.name for span in collected.exporter.get_finished_spans()] == ["calendar put"]
    assert collected.span("calendar put").attributes["receptionist.provider"] == "google"
