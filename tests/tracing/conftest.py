"""Spans in memory, and a wall clock that stands still until it is moved."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from receptionist.tracing.calls import CallIds, CallTraces
from receptionist.tracing.requests import Requests

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def ns(seconds: float) -> int:
    return int(at(seconds).timestamp() * 1e6) * 1000


@dataclass
class Collected:
    """One process's tracing, and what came out of it."""

    exporter: InMemorySpanExporter = field(default_factory=InMemorySpanExporter)
    now_s: float = 0.0

    def __post_init__(self) -> None:
        ids = CallIds()
        self.provider = TracerProvider(id_generator=ids, shutdown_on_exit=False)
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.traces = CallTraces(self.provider.get_tracer("test"), ids)
        self.requests = Requests(self.traces, clock=lambda: ns(self.now_s))

    def spans(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.exporter.get_finished_spans() if span.name == name]

    def span(self, name: str) -> ReadableSpan:
        (only,) = self.spans(name)
        return only

    def parent_of(self, span: ReadableSpan) -> str | None:
        """The name of the span it is in, once that has been exported."""
        if span.parent is None:
            return None
        found = [s.name for s in self.exporter.get_finished_spans() if s.context == span.parent]
        return found[0] if found else "elsewhere"


@pytest.fixture
def collected() -> Iterator[Collected]:
    found = Collected()
    yield found
    found.provider.shutdown()
