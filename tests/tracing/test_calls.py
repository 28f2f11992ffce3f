"""Calls as traces."""

from receptionist.ports.records import TurnRecord
from receptionist.tracing.calls import MOST_REQUESTS, REMEMBERED_CALLS, Request, trace_id_of
from tests.tracing.conftest import Collected, at, ns

SID = "CA" + "1" * 32
TIMINGS = {"recogniser": 200.0, "model_first_token": 300.0, "first_audio": 100.0, "total": 600.0}


def turn(number: int, recorded_s: float, lasted_ms: float = 4000, sid: str = SID) -> TurnRecord:
    words = {"caller": "my name is Anna Smith", "receptionist": "Thank you, Anna.", "heard": ""}
    return TurnRecord(sid, number, at(recorded_s), **words, timings=TIMINGS, lasted_ms=lasted_ms)


def request(name: str, started_s: float, ended_s: float, **more: object) -> Request:
    return Request(name, "vendor", ns(started_s), ns(ended_s), **more)  # type: ignore[arg-type]


def test_stages_follow_each_other_from_the_callers_last_word(collected: Collected) -> None:
    collected.traces.turn(turn(1, recorded_s=10))
    collected.traces.ended(SID, "caller", at(11))

    recogniser = collected.span("stage recogniser")
    token = collected.span("stage model_first_token")
    audio = collected.span("stage first_audio")
    assert (recogniser.start_time, recogniser.end_time) == (ns(6), ns(6.2))
    assert (token.start_time, token.end_time) == (ns(6.2), ns(6.5))
    assert (audio.start_time, audio.end_time) == (ns(6.5), ns(6.6))
    assert {collected.parent_of(s) for s in (recogniser, token, audio)} == {"turn"}


def test_a_request_belongs_to_the_turn_it_was_made_in(collected: Collected) -> None:
    collected.traces.request(SID, request("greeting", 0, 1))
    collected.traces.turn(turn(1, recorded_s=10))
    collected.traces.request(SID, request("first", 6.2, 7))
    # Thought ahead while the turn before was still being heard, and kept after it.
    collected.traces.request(SID, request("second", 16.2, 17))
    collected.traces.turn(turn(2, recorded_s=20))
    collected.traces.ended(SID, "caller", at(21))

    turns = {span.attributes["receptionist.turn"]: span for span in collected.spans("turn")}
    assert collected.parent_of(collected.span("greeting")) == "call"
    assert collected.span("first").parent == turns[1].context
    assert collected.span("second").parent == turns[2].context


def test_a_turn_kept_twice_is_one_span_as_it_was_kept_last(collected: Collected) -> None:
    collected.traces.turn(turn(1, recorded_s=8, lasted_ms=2000))
    collected.traces.turn(turn(1, recorded_s=10, lasted_ms=4000))
    collected.traces.ended(SID, "caller", at(11))

    only = collected.span("turn")
    assert (only.start_time, only.end_time) == (ns(6), ns(10))


def test_two_processes_make_one_trace_of_one_call(collected: Collected) -> None:
    other = Collected()
    collected.traces.turn(turn(1, recorded_s=10))
    collected.traces.flush()
    other.traces.turn(turn(2, recorded_s=20))
    other.traces.ended(SID, "receptionist", at(21))

    here, there, root = collected.span("turn"), other.span("turn"), other.span("call")
    assert here.context.trace_id == there.context.trace_id == trace_id_of(SID)
    assert here.parent == there.parent == root.context


def test_a_call_told_twice_that_it_is_over_ends_once(collected: Collected) -> None:
    collected.traces.turn(turn(1, recorded_s=10))
    collected.traces.ended(SID, "caller", at(11))
    collected.traces.ended(SID, "lost", at(90))

    root = collected.span("call")
    assert root.end_time == ns(11)
    assert root.attributes["receptionist.ended_by"] == "caller"


def test_what_closes_behind_its_call_is_still_in_its_trace(collected: Collected) -> None:
    collected.traces.turn(turn(1, recorded_s=10))
    collected.traces.ended(SID, "caller", at(11))
    collected.traces.request(SID, request("stt", 0, 11.2))
    collected.traces.turn(turn(2, recorded_s=11.3, lasted_ms=700))

    assert collected.parent_of(collected.span("stt")) == "call"
    assert [collected.parent_of(span) for span in collected.spans("turn")] == ["call", "call"]


def test_the_end_of_a_call_that_was_never_seen_makes_no_trace(collected: Collected) -> None:
    collected.traces.ended(SID, "caller", at(11))

    assert not collected.exporter.get_finished_spans()


def test_nothing_a_caller_or_the_receptionist_said_is_in_a_span(collected: Collected) -> None:
    collected.traces.request(SID, request("llm", 6.2, 7, first_ns=ns(6.4), error_code="provider"))
    collected.traces.turn(turn(1, recorded_s=10))
    collected.traces.ended(SID, "caller", at(11))

    everything = "".join(span.to_json() for span in collected.exporter.get_finished_spans())
    assert "Anna" not in everything
    assert "Smith" not in everything


def test_calls_that_never_end_are_forgotten_oldest_first(collected: Collected) -> None:
    for number in range(REMEMBERED_CALLS + 1):
        collected.traces.turn(turn(1, recorded_s=10, sid=f"CA{number}"))

    assert collected.span("turn").context.trace_id == trace_id_of("CA0")


def test_requests_that_pile_up_in_a_turn_are_bounded(collected: Collected) -> None:
    for _ in range(MOST_REQUESTS + 10):
        collected.traces.request(SID, request("llm", 1, 2))
    collected.traces.flush()

    assert len(collected.spans("llm")) == MOST_REQUESTS
