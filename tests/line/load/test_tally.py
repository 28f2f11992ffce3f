"""Figures add up."""

import json

from receptionist.line.load.page import page
from receptionist.line.load.plan import Load
from receptionist.line.load.run import Moment, Result
from receptionist.line.load.server import Usage
from receptionist.line.load.tally import Spread, Tally
from receptionist.line.report import CallReport, Clear, Gap


def spread(*values: float) -> Spread:
    made = Spread()
    for value in values:
        made.add(value)
    return made


def test_percentiles_are_by_nearest_rank() -> None:
    found = spread(*range(1, 101)).figures()

    assert found == {"p50": 50, "p95": 95, "p99": 99, "max": 100}


def test_nothing_seen_gives_no_figures() -> None:
    assert spread().figures() == {}


def test_merged_spreads_are_as_if_seen_together() -> None:
    one = spread(1, 2, 3)
    one.merge(spread(4, 5))

    assert one.figures() == spread(1, 2, 3, 4, 5).figures()


def a_call() -> CallReport:
    return CallReport(
        "CA1",
        outcome="completed",
        ended_by="caller",
        latencies_ms=[400, 500],
        clears=[Clear(3000, 120), Clear(9000, None)],
        gaps=[Gap(100, 40, after_mark=False), Gap(900, 200, after_mark=True)],
        frame_lateness_ms=[0.1, 25.0],
        stream_ms=10_000,
    )


def test_a_pause_between_phrases_is_no_gap() -> None:
    tally = Tally()
    tally.add("hours", a_call())

    assert tally.gaps.figures()["max"] == 40
    assert tally.pauses.figures()["max"] == 200


def test_processes_add_up() -> None:
    one, other = Tally(), Tally()
    one.add("hours", a_call())
    other.add("booking", a_call())
    one.merge(other)

    summary = one.summary()
    assert summary["outcomes"] == {"completed": 2}
    assert summary["call_seconds"] == 20
    assert summary["clear_reaction_ms"]["p99"] == 120
    assert json.dumps(summary)


def a_result() -> Result:
    result = Result(Load(calls=1))
    result.tally.add("hours", a_call())
    result.moments += [
        Moment(0.0, 0, 0, 1.0, Usage(2.0, 100e6)),
        Moment(5.0, 1, 0, 1.0, Usage(2.01, 101e6)),
        Moment(10.0, 0, 1, 1.0, Usage(2.02, 101e6)),
    ]
    return result


def test_the_servers_cost_is_told_by_the_second_of_a_call() -> None:
    summary = a_result().summary()

    assert summary["server_cpu_ms_per_call_second"] == 2
    assert summary["server_memory_mb_per_call"] == 1


def test_callers_who_are_late_are_called_tired() -> None:
    assert a_result().summary()["generator_is_tired"]


def test_the_page_has_plots_and_needs_nothing_from_anywhere() -> None:
    html = page(a_result())

    assert html.count("<svg") >= 4
    assert "could not keep time" in html
    assert "http" not in html


def test_what_a_call_costs_that_goes_on_leaves_its_beginning_and_its_end_out() -> None:
    result = Result(Load(calls=10))
    result.tally.stream_s = 100.0
    result.moments = [
        Moment(0, 0, 0, 0.0, Usage(1.0, 0.0)),
        Moment(2, 10, 0, 0.0, Usage(3.0, 0.0)),
        Moment(4, 10, 0, 0.0, None),
        Moment(12, 10, 0, 0.0, Usage(3.5, 0.0)),
        Moment(14, 0, 10, 0.0, Usage(5.0, 0.0)),
    ]

    summary = result.summary()

    assert summary["server_cpu_ms_per_call_second"] == 40
    assert summary["server_cpu_ms_per_call_second_when_full"] == 5
