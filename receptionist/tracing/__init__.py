"""Traces of calls, for an OpenTelemetry collector; nothing at all where none is named.

A call is one trace: the call, its turns, their stages, and the requests made of outside
services. Ports are wrapped from outside, by the composition root, so what is traced does
not know it, and without a collector there is no wrapper to pass through. Spans carry
call SIDs, numbers, names of adapters and functions, and error codes; never a word.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import Protocol, TypeVar

from receptionist.call.warm import Vendors
from receptionist.errors import ConfigurationError
from receptionist.ports.function_handler import FunctionHandler
from receptionist.ports.records import Journal

Adapter = TypeVar("Adapter")
Handlers = Mapping[str, FunctionHandler]

PACKAGES = ("opentelemetry.sdk", "opentelemetry.exporter")
NOT_INSTALLED = (
    "OTEL_EXPORTER_OTLP_ENDPOINT: needs packages that are not installed; "
    "install receptionist[tracing]"
)


class Tracing(Protocol):
    """Ports in, the same ports out, traced or not."""

    def vendors(self, vendors: Vendors) -> Vendors:
        """Recognisers, models and voices."""

    def handlers(self, handlers: Handlers) -> Handlers:
        """Functions the model may call."""

    def journal(self, journal: Journal) -> Journal:
        """Where turns and ends are seen."""

    def methods(self, kind: str, adapter: Adapter) -> Adapter:
        """An adapter of which every coroutine is a request: calendar, texts, mail, REST."""


class NoTracing:
    """No collector: everything stays as it is."""

    def vendors(self, vendors: Vendors) -> Vendors:
        """As they are."""
        return vendors

    def handlers(self, handlers: Handlers) -> Handlers:
        """As they are."""
        return handlers

    def journal(self, journal: Journal) -> Journal:
        """As it is."""
        return journal

    def methods(self, _kind: str, adapter: Adapter) -> Adapter:
        """As it is."""
        return adapter


def tracing_problems(endpoint: str | None) -> list[str]:
    """What is wrong with the endpoint's setting."""
    if endpoint is None or all(find_spec(name) is not None for name in PACKAGES):
        return []
    return [NOT_INSTALLED]


@asynccontextmanager
async def opened_tracing(endpoint: str | None) -> AsyncIterator[Tracing]:
    """Trace inside this block, if there is an endpoint to send to.

    Raises `ConfigurationError` when the packages are missing. What is left at the end is
    sent, within the exporter's time limit.
    """
    if problems := tracing_problems(endpoint):
        raise ConfigurationError(problems)
    if endpoint is None:
        yield NoTracing()
        return
    # A process without a collector does not pay for these imports, not even at its start.
    from receptionist.tracing.collector import collecting

    async with collecting() as tracing:
        yield tracing
