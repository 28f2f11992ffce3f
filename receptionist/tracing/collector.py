"""Where traces go: the collector that `OTEL_EXPORTER_OTLP_ENDPOINT` names, over OTLP/HTTP.

This and the other `OTEL_…` variables (headers, service name, resource attributes, sampler)
are read by OpenTelemetry itself. The provider is ours alone and not the global one: what
traces by itself would put URLs into span names, and a stream's URL holds its token.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from threading import Timer
from typing import cast

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from receptionist.call.warm import Vendors
from receptionist.ports.records import Journal
from receptionist.tracing import Adapter, Handlers
from receptionist.tracing.calls import CallIds, CallTraces
from receptionist.tracing.journal import traced_journal
from receptionist.tracing.requests import (
    Requests,
    traced_handler,
    traced_methods,
    traced_model,
    traced_recogniser,
    traced_voice,
)

LAST_SEND_S = 2.0
BATCH = 64
"""Spans encoded at once, in a thread: more of them would hold calls up for milliseconds."""


class CollectedTracing:
    """Fulfil `Tracing`: everything wrapped."""

    def __init__(self, traces: CallTraces) -> None:
        self._traces = traces
        self._requests = Requests(traces)

    def vendors(self, vendors: Vendors) -> Vendors:
        """Recognisers, models and voices."""
        return replace(
            vendors,
            recognisers=[traced_recogniser(each, self._requests) for each in vendors.recognisers],
            models=[traced_model(each, self._requests) for each in vendors.models],
            voices=[traced_voice(each, self._requests) for each in vendors.voices],
        )

    def handlers(self, handlers: Handlers) -> Handlers:
        """Functions the model may call."""
        return {name: traced_handler(each, self._requests) for name, each in handlers.items()}

    def journal(self, journal: Journal) -> Journal:
        """Where turns and ends are seen."""
        return traced_journal(journal, self._traces)

    def methods(self, kind: str, adapter: Adapter) -> Adapter:
        """Every coroutine of an adapter."""
        return cast(Adapter, traced_methods(kind, adapter, self._requests))


@asynccontextmanager
async def collecting(exporter: SpanExporter | None = None) -> AsyncIterator[CollectedTracing]:
    """Trace inside this block, to the endpoint of the environment unless `exporter` is given."""
    # It warns once for every span while a collector is down; that one is lost is an error anyway.
    logging.getLogger("opentelemetry").setLevel(logging.ERROR)
    exporter = exporter or OTLPSpanExporter()
    ids = CallIds()
    resource = Resource({SERVICE_NAME: "receptionist"}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(id_generator=ids, resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter, max_export_batch_size=BATCH))
    traces = CallTraces(provider.get_tracer("receptionist"), ids)
    try:
        yield CollectedTracing(traces)
    finally:
        traces.flush()
        await asyncio.to_thread(_stop, provider, exporter)


def _stop(provider: TracerProvider, exporter: SpanExporter) -> None:
    """Send what is left. The provider would wait half a minute for a collector that is down."""
    patience = Timer(LAST_SEND_S, exporter.shutdown)
    patience.start()
    try:
        provider.shutdown()
    finally:
        patience.cancel()
        patience.join()
