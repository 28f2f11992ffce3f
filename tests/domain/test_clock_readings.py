"""Which times of day an hour and a minute can mean."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receptionist.domain.clock_readings import SpokenHalf, clock_readings

HOURS, MINUTES = st.integers(1, 12), st.integers(0, 59)


@given(HOURS, MINUTES)
def test_without_its_half_a_time_has_two_readings_twelve_hours_apart(
    hour: int, minute: int
) -> None:
    one, two = clock_readings(hour, minute)

    assert abs(one.hour - two.hour) == 12
    assert {one.minute, two.minute} == {minute}


@given(HOURS, MINUTES)
def test_the_reading_in_which_practices_are_open_comes_first(hour: int, minute: int) -> None:
    assert 8 <= clock_readings(hour, minute)[0].hour < 20


@given(HOURS, MINUTES, st.sampled_from(["am", "pm", "morning", "afternoon", "evening", "night"]))
def test_with_its_half_a_time_has_one_reading(hour: int, minute: int, half: SpokenHalf) -> None:
    assert len(clock_readings(hour, minute, half)) == 1


@pytest.mark.parametrize(
    ("hour", "half", "read"),
    [
        (12, "am", 0),
        (12, "pm", 12),
        (8, "evening", 20),
        (11, "night", 23),
        (1, "night", 1),
        (12, "night", 0),
        (12, "afternoon", 12),
        (9, "morning", 9),
    ],
)
def test_the_half_of_the_day_decides(hour: int, half: SpokenHalf, read: int) -> None:
    assert clock_readings(hour, 0, half) == (time(read),)


@given(st.integers(13, 23), MINUTES)
def test_an_hour_past_twelve_is_of_the_24_hour_clock(hour: int, minute: int) -> None:
    assert clock_readings(hour, minute) == (time(hour, minute),)


def test_a_padded_hour_is_of_the_24_hour_clock() -> None:
    assert clock_readings(9, 30, padded=True) == (time(9, 30),)


@pytest.mark.parametrize(("hour", "minute"), [(25, 0), (-1, 0), (9, 60)])
def test_what_is_no_time_has_no_reading(hour: int, minute: int) -> None:
    assert clock_readings(hour, minute) == ()
