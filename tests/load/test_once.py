"""What a load benchmark places."""

import sys
from argparse import Namespace

import pytest

if sys.platform != "linux":
    pytest.skip("the benchmark reads /proc", allow_module_level=True)

from benchmarks.load.__main__ import medians
from benchmarks.load.once import loads, scripts

ASKED = Namespace(
    rate=0.0,
    ramp=10.0,
    hold=30.0,
    arriving=0.0,
    visit=10.0,
    barge_in=0.2,
    jitter=0.0,
    bunch=0.0,
    calls_per_process=100,
)


def asked(**more: float) -> Namespace:
    return Namespace(**{**vars(ASKED), **more})


def test_by_a_rate_all_calls_are_on_the_line_together_for_as_long_as_asked() -> None:
    held, visits = loads(asked(rate=5.0), 400)

    assert (held.rate, held.hold_s, held.processes) == (5.0, 110.0, 4)
    assert visits.calls == 0


def test_those_who_arrive_come_once_the_others_are_all_there() -> None:
    held, visits = loads(asked(rate=5.0, arriving=1.0), 100)

    assert (visits.calls, visits.after_s, visits.hold_s) == (30, 20.0, 10.0)
    assert not scripts(held).keys() & scripts(visits).keys()


def test_medians_are_taken_number_by_number() -> None:
    runs = [{"vad": "energy", "clear": {"p50": n}, "gaps": n * 2} for n in (3, 1, 2)]

    assert medians(runs) == {"vad": "energy", "clear": {"p50": 2}, "gaps": 4}
