"""What reaches a collector, through the official exporter."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

import receptionist.tracing
from receptionist.call.warm import Vendors
from receptionist.errors import ConfigurationError
from receptionist.ports.records import TurnRecord
from receptionist.tracing import NoTracing, opened_tracing
from receptionist.tracing.calls import trace_id_of
from tests.tracing.collector import Collector, running_collector

SID = "CA" + "3" * 32
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Kept:
    """A journal that keeps nothing but how often it was asked."""

    def __init__(self) -> None:
        self.turns = 0

    def turn(self, _turn: TurnRecord) -> None:
        self.turns += 1

    def ended(self, *_arguments: object) -> None:
        return


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with running_collector() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        yield collector


async def test_a_call_reaches_the_collector_before_the_process_ends(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=test")
    kept: Any = Kept()
    async with opened_tracing(collector.url) as tracing:
        journal = tracing.journal(kept)
        journal.turn(TurnRecord(SID, 1, NOW, "Anna Smith", "", "", lasted_ms=1000))
        journal.ended(SID, "caller", NOW)

    ((path, body),) = collector.posted
    (resource,) = collector.resources
    attributes = {a.key: a.value.string_value for a in resource.resource.attributes}
    assert path == "/v1/traces"
    assert {span.name for span in collector.spans} == {"call", "turn"}
    assert {span.trace_id for span in collector.spans} == {trace_id_of(SID).to_bytes(16)}
    assert attributes == {"service.name": "receptionist", "deployment.environment": "test"}
    assert b"Anna" not in body
    assert kept.turns == 1


async def test_without_a_collector_ports_are_the_very_same_objects() -> None:
    vendors, journal = Vendors([], [], []), object()
    async with opened_tracing(None) as tracing:
        assert isinstance(tracing, NoTracing)
        assert tracing.vendors(vendors) is vendors
        assert tracing.journal(journal) is journal  # type: ignore[arg-type]
        assert tracing.methods("calendar", journal) is journal


async def test_missing_packages_are_named_before_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receptionist.tracing, "PACKAGES", ("opentelemetry.absent",))

    with pytest.raises(ConfigurationError, match=r"install receptionist\[tracing\]"):
        async with opened_tracing("http://127.0.0.1:4318"):
            pass
