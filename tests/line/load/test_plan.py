"""When calls are placed, and what is said in them."""

from itertools import pairwise

import pytest

from receptionist.line.load.plan import Load, arrivals, plan, texts
from receptionist.line.script import HangUp, Interrupt, Say

HOURS = (Say("When do you open?"), HangUp())


def test_calls_come_evenly() -> None:
    assert arrivals(Load(calls=4, rate=2)) == [0, 0.5, 1, 1.5]


def test_no_rate_means_all_at_once() -> None:
    assert arrivals(Load(calls=3, rate=0)) == [0, 0, 0]


def test_in_a_ramp_they_come_closer_and_closer_until_the_rate_is_reached() -> None:
    at_s = arrivals(Load(calls=60, rate=10, ramp_s=4))

    between_s = [later - sooner for sooner, later in pairwise(at_s)]
    assert between_s == sorted(between_s, reverse=True) or max(between_s[20:]) < 0.11
    assert at_s[20] == pytest.approx(4)
    assert between_s[30:] == pytest.approx([0.1] * len(between_s[30:]))


def test_a_weighted_scenario_comes_so_much_more_often() -> None:
    calls = plan(Load(calls=8), {"booking:3": HOURS, "message": HOURS})

    names = [call.scenario for call in calls]
    assert (names.count("booking"), names.count("message")) == (6, 2)


def test_nobody_calls_twice() -> None:
    calls = plan(Load(calls=50), {"hours": HOURS})

    assert len({call.from_number for call in calls}) == 50


def test_a_held_call_has_enough_to_say() -> None:
    (call,) = plan(Load(calls=1, hold_s=60), {"hours": (Say("Hello?"),)})

    assert len(call.steps) == 30


def test_a_share_of_what_is_said_interrupts() -> None:
    calls = plan(Load(calls=400, barge_in=0.25), {"hours": HOURS})

    interrupting = sum(isinstance(call.steps[0], Interrupt) for call in calls)
    assert 70 < interrupting < 130
    assert texts(calls) == {"When do you open?"}


def test_two_loads_at_once_share_no_caller() -> None:
    held = plan(Load(calls=5, rate=1), {"hours": HOURS})
    visits = plan(Load(calls=5, rate=1, first=5, after_s=5), {"hours": HOURS})

    assert len({call.from_number for call in (*held, *visits)}) == 10
    assert [call.at_s for call in visits] == [5, 6, 7, 8, 9]
