"""Counting calls: what is answered, lost and done alone, and that days add up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receptionist.numbers.figures import Figures, bucket, figures_of
from receptionist.ports.numbers import CountedCall

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")
CALL = CountedCall(
    call_sid="CA1",
    started_at=NOON,
    ended_at=NOON + timedelta(seconds=61),
    channel="stream",
    outcome="booked",
    ended_by="caller",
    wishes=frozenset({"schedule_appointment", "answer_faq", "check_availability"}),
    turns=3,
    characters=400,
    timings=({"total": 500.0, "recogniser": 100.0},),
)


def test_a_call_is_counted_at_the_hour_the_practice_s_clocks_showed() -> None:
    assert figures_of([CALL], NEW_YORK).answered == {"7": 1}


@pytest.mark.parametrize(
    ("outcome", "ended_by", "answered", "lost", "alone"),
    [
        ("booked", "caller", 1, 0, 1),
        ("answered", "receptionist", 1, 0, 1),
        ("message", "caller", 1, 0, 0),
        ("transferred", "transfer", 1, 0, 0),
        ("emergency", "caller", 1, 0, 0),
        ("abandoned", "caller", 0, 1, 0),
        ("answered", "lost", 0, 1, 0),
        ("booked", "lost", 1, 0, 1),
        (None, "lost", 0, 1, 0),
        ("refused", "refused", 0, 0, 0),
    ],
)
def test_a_call_is_answered_or_lost(
    outcome: str | None, ended_by: str, answered: int, lost: int, alone: int
) -> None:
    figures = figures_of([replace(CALL, outcome=outcome, ended_by=ended_by)], UTC)

    assert (figures.all_answered, figures.all_lost, figures.alone) == (answered, lost, alone)


def test_a_call_that_goes_on_is_neither() -> None:
    figures = figures_of([replace(CALL, ended_at=None, outcome=None, ended_by=None)], UTC)

    assert (figures.calls, figures.all_answered, figures.all_lost) == (1, 0, 0)
    assert figures.share_alone is None


def test_several_wishes_of_a_call_count_each_and_once() -> None:
    looked_up = replace(CALL, wishes=frozenset({"find_appointments", "cancel_appointment"}))
    nothing = replace(CALL, wishes=frozenset({"end_call"}))

    figures = figures_of([CALL, looked_up, nothing], UTC)

    assert figures.wishes == {"book": 1, "ask": 1, "cancel": 1, "none": 1}


def test_what_was_used_is_summed_by_channel() -> None:
    figures = figures_of([CALL, CALL, replace(CALL, channel="plain")], UTC)

    assert figures.use["stream"] == {
        "calls": 2,
        "seconds": 122,
        "started_minutes": 4,
        "turns": 6,
        "characters": 800,
    }
    assert figures.use["plain"]["calls"] == 1


@given(st.lists(st.floats(1, 100_000), min_size=1, max_size=200))
def test_a_percentile_is_at_most_a_tenth_too_high(milliseconds: list[float]) -> None:
    figures = figures_of([replace(CALL, timings=tuple({"total": ms} for ms in milliseconds))], UTC)
    ordered = sorted(milliseconds)

    found = figures.percentiles("total")

    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        true = ordered[-int(-share * len(ordered) // 1) - 1]
        assert true * 0.9999 <= found[name] <= true * 1.1001


@pytest.mark.parametrize("ms", [0, -3, 0.2])
def test_no_time_at_all_is_the_first_bucket(ms: float) -> None:
    assert bucket(ms) == "0"


@given(st.lists(st.sampled_from([CALL, replace(CALL, outcome="abandoned")]), max_size=20))
def test_days_add_up_to_their_time(calls: list[CountedCall]) -> None:
    parts = Figures()
    for call in calls:
        parts.add_day(figures_of([call], UTC).dump())

    assert parts.dump() == figures_of(calls, UTC).dump()
