"""So many times within so long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receptionist.domain.rates import Rate, read_rate, taken


@pytest.mark.parametrize(
    ("text", "rate"),
    [("20/10m", Rate(20, 600)), ("5/s", Rate(5, 1)), (" 1/24H ", Rate(1, 86_400)), ("off", None)],
)
def test_a_rate_is_read_as_it_is_written(text: str, rate: Rate | None) -> None:
    assert read_rate(text) == rate


@pytest.mark.parametrize("text", ["", "20", "20/", "0/m", "20/0m", "-1/m", "20/10w", "1e9/s"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a rate"):
        read_rate(text)


@given(
    st.integers(1, 50),
    st.integers(1, 1000),
    st.lists(st.floats(0, 300, allow_nan=False), max_size=150),
)
def test_within_any_time_there_is_never_more_than_twice_the_rate_and_at_once_the_rate(
    times: int, per_s: int, pauses: list[float]
) -> None:
    rate, now, paid, allowed = Rate(times, per_s), 0.0, 0.0, list[float]()
    for pause in pauses:
        now += pause
        until = taken(paid, now, rate)
        if until is not None:
            paid = until
            allowed.append(now)

    for start in allowed:
        within = [at for at in allowed if start <= at < start + per_s]
        assert len(within) <= 2 * times
        assert len([at for at in within if at == start]) <= times


def test_whoever_stays_below_the_rate_is_never_refused() -> None:
    rate, paid = Rate(10, 60), 0.0
    for number in range(1000):
        until = taken(paid, number * 6.0, rate)
        assert until is not None
        paid = until


def test_what_is_refused_costs_nothing() -> None:
    rate = Rate(1, 10)
    paid = taken(0.0, 0.0, rate)
    assert paid is not None

    assert [taken(paid, at, rate) for at in (1.0, 5.0, 9.0)] == [None, None, None]
    assert taken(paid, 10.0, rate) is not None
