"""Times of day as people say them."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receptionist.domain.number_words import cardinal, time_of_day
from receptionist.domain.spoken_plain import plain
from receptionist.domain.spoken_times import SpokenTime, find_times, part_of

HOURS, MINUTES = st.integers(1, 12), st.integers(0, 59)


def times(said: str, *, asked: bool = False) -> list[SpokenTime]:
    return find_times(plain(said).text, asked=asked)


def at(said: str, *, asked: bool = False) -> time:
    (found,) = times(said, asked=asked)
    return found.readings[0]


@given(HOURS, MINUTES, st.sampled_from(["A M", "P M"]))
def test_any_time_that_is_said_with_its_half_is_read_back(
    hour: int, minute: int, half: str
) -> None:
    later = 12 if half == "P M" else 0

    assert at(f"at {time_of_day(hour, minute, half)}") == time(hour % 12 + later, minute)
    assert at(f"at {hour}:{minute:02} {half.replace(' ', '').lower()}").minute == minute


@given(HOURS, st.integers(1, 29))
def test_minutes_past_and_to_an_hour_are_counted(hour: int, minute: int) -> None:
    past = f"{cardinal(minute)} minutes past {cardinal(hour)}"
    to = f"{cardinal(minute)} minutes to {cardinal(hour)}"

    assert (at(past).hour % 12, at(past).minute) == (hour % 12, minute)
    assert (at(to).hour % 12, at(to).minute) == ((hour - 1) % 12, 60 - minute)


@given(st.integers(0, 23), MINUTES)
def test_the_24_hour_clock_is_read_as_written(hour: int, minute: int) -> None:
    assert time(hour, minute) in times(f"at {hour:02}:{minute:02}")[0].readings


@pytest.mark.parametrize(
    ("said", "hour", "minute"),
    [
        ("half past two", 14, 30),
        ("half two", 14, 30),
        ("quarter to five", 16, 45),
        ("a quarter past nine", 9, 15),
        ("ten to one", 12, 50),
        ("twenty past four", 16, 20),
        ("ten thirty", 10, 30),
        ("nine oh five", 9, 5),
        ("at nine", 9, 0),
        ("two o'clock", 14, 0),
        ("eight o'clock in the evening", 20, 0),
        ("nine in the morning", 9, 0),
        ("noon", 12, 0),
        ("midday", 12, 0),
        ("midnight", 0, 0),
        ("oh nine hundred", 9, 0),
        ("1430 hours", 14, 30),
        ("around 1030", 10, 30),
        ("8-ish", 8, 0),
        ("9h30", 9, 30),
    ],
)
def test_a_time_is_found_however_it_is_put(said: str, hour: int, minute: int) -> None:
    assert at(said) == time(hour, minute)


def test_a_time_without_its_half_is_given_with_both_readings() -> None:
    (found,) = times("at four")

    assert found.readings == (time(16), time(4))


@pytest.mark.parametrize(
    "said", ["between two and four in the afternoon", "from 2 to 4 pm", "2 - 4 pm"]
)
def test_the_half_said_last_holds_for_both(said: str) -> None:
    assert [found.readings for found in times(said)] == [(time(14),), (time(16),)]


def test_a_half_is_not_taken_over_where_the_order_would_be_wrong() -> None:
    assert [found.readings[0] for found in times("11 to 1 pm")] == [time(11), time(13)]


@pytest.mark.parametrize(
    ("said", "bound"),
    [
        ("after four", "after"),
        ("not before four", "after"),
        ("no earlier than four", "after"),
        ("I can't get there until four", "after"),
        ("before four", "before"),
        ("by four", "before"),
        ("not after four", "before"),
        ("no later than four", "before"),
        ("at four", None),
    ],
)
def test_a_bound_is_told_from_a_time(said: str, bound: str | None) -> None:
    (found,) = times(said)

    assert found.bound == bound


@pytest.mark.parametrize(
    "said",
    [
        "for two people",
        "I have two kids",
        "give me one moment",
        "it costs 9.50",
        "take 2 tablets 3 times a day",
        "four of us",
        "my number is 5 5 5",
        "quarter to",
        "room 12 is fine with me",
    ],
)
def test_a_number_that_counts_something_is_no_time(said: str) -> None:
    assert times(said) == []


def test_a_lone_number_is_a_time_where_one_was_asked_for() -> None:
    assert at("let's say three please", asked=True) == time(15)
    assert times("there will be three, I think, or so", asked=True) == []


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("in the morning", "morning"),
        ("evenings are best", "evening"),
        ("tonight", "night"),
        ("before lunch", "morning"),
        ("first thing", "morning"),
        ("after lunch", "afternoon"),
        ("after work", "evening"),
        ("not in the morning", None),
        ("anything but mornings", None),
        ("whenever", None),
    ],
)
def test_the_part_of_the_day_is_understood(said: str, part: str | None) -> None:
    assert part_of(said) == part


def test_of_two_times_to_choose_from_both_are_found() -> None:
    assert [found.readings[0] for found in times("3 or 3:30")] == [time(15), time(15, 30)]
