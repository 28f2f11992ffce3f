"""Moments by how far off they are."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from receptionist.domain.spoken_moments import find_moments, is_at_once, is_end_of_day
from receptionist.domain.spoken_plain import plain

NOW = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("America/New_York"))


def local(written: str) -> datetime:
    return datetime.fromisoformat(written)


@pytest.mark.parametrize(
    ("said", "hour", "minute"),
    [
        ("in an hour", 10, 0),
        ("in two hours", 11, 0),
        ("in half an hour", 9, 30),
        ("in three quarters of an hour", 9, 45),
        ("in an hour and a half", 10, 30),
        ("in two and a half hours", 11, 30),
        ("in an hour and ten minutes", 10, 10),
        ("within a couple of hours", 11, 0),
        ("twenty minutes from now", 9, 20),
    ],
)
def test_a_duration_is_counted_from_now(said: str, hour: int, minute: int) -> None:
    ahead, _, _ = find_moments(plain(said).text, NOW)

    assert ahead == [local(f"2026-11-23T{hour:02}:{minute:02}")]


def test_hours_pass_while_clocks_are_set_forward() -> None:
    before = datetime(2027, 3, 14, 1, 30, tzinfo=ZoneInfo("America/New_York"))

    assert find_moments("in an hour", before)[0] == [local("2027-03-14T03:30")]


def test_hours_pass_while_clocks_are_set_back() -> None:
    before = datetime(2026, 10, 25, 0, 30, tzinfo=ZoneInfo("Europe/London"))

    assert find_moments("in 2 hours", before)[0] == [local("2026-10-25T01:30")]


def test_later_than_what_is_not_said_is_no_wish() -> None:
    ahead, later, _ = find_moments("30 minutes later", NOW)

    assert ahead == []
    assert later == [local("2026-11-23T09:30")]


def test_the_present_is_spoken_of() -> None:
    assert is_at_once("can i come right now")
    assert not is_at_once("not right now")
    assert not is_at_once("a week from now")
    assert not is_at_once("nowhere")


def test_the_end_of_the_day_is_spoken_of() -> None:
    assert is_end_of_day("by the end of the day")
    assert not is_end_of_day("at the end of december")
