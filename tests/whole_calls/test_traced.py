"""A whole call over real sockets, as a collector sees it."""

import asyncio
from collections.abc import Iterator

import pytest

from receptionist.tracing.calls import trace_id_of
from tests.tracing.collector import Collector, running_collector
from tests.whole_calls.held import answered_call, held_call
from tests.whole_calls.staged import Stage, until_ended

pytestmark = pytest.mark.call


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with running_collector() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "20")
        yield collector


async def test_a_call_is_one_trace_of_turns_stages_and_requests(
    collector: Collector, stage: Stage
) -> None:
    async with held_call(stage.house, stage.recogniser, "+15550188") as (call, group):
        await answered_call(call, group)
        call.says("where can i park, this is anna smith")
        await call.until_heard("free parking")
        await call.stop()
        await until_ended(call)
        async with asyncio.timeout(10):
            while "stt" not in {span.name for span in collector.spans}:
                await asyncio.sleep(0.02)

    trace = trace_id_of(call.sid).to_bytes(16)
    spans = [span for span in collector.spans if span.trace_id == trace]
    by_id = {span.span_id: span.name for span in spans}
    inside = {(span.name, by_id.get(span.parent_span_id)) for span in spans}
    assert {
        ("call", None),
        ("turn", "call"),
        ("stage model_first_token", "turn"),
        ("stage first_frame", "turn"),
        ("llm", "turn"),
        ("tts", "turn"),
        ("stt", "call"),
    } <= inside
    sent = b"".join(body for _path, body in collector.posted)
    assert all(word not in sent for word in (b"anna", b"smith", b"parking", b"0188"))
    assert stage.errors == []
