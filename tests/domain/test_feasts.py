"""Holidays named instead of a date."""

import re
from datetime import date

import pytest

from receptionist.domain.feasts import BY_WEEKDAY, FEASTS, FIXED, FROM_EASTER, feast


@pytest.mark.parametrize("name", [*FIXED, *FROM_EASTER, *BY_WEEKDAY])
def test_every_holiday_is_found_by_its_own_name(name: str) -> None:
    assert re.fullmatch(FEASTS, name)
    assert feast(name, 2027).year == 2027


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("christmas", date(2026, 12, 25)),
        ("christmas day", date(2026, 12, 25)),
        ("new year 's eve", date(2026, 12, 31)),
        ("new years day", date(2026, 1, 1)),
        ("mother 's day", date(2026, 5, 10)),
        ("mothers' day", date(2026, 5, 10)),
        ("st . patrick 's day", date(2026, 3, 17)),
        ("saint patricks day", date(2026, 3, 17)),
        ("thanksgiving", date(2026, 11, 26)),
        ("black friday", date(2026, 11, 27)),
        ("labor day", date(2026, 9, 7)),
        ("memorial day", date(2026, 5, 25)),
        ("easter mon", date(2026, 4, 6)),
        ("good friday", date(2026, 4, 3)),
        ("whit monday", date(2026, 5, 25)),
    ],
)
def test_a_holiday_is_found_however_it_is_spelled(said: str, day: date) -> None:
    match = re.fullmatch(FEASTS, said)

    assert match is not None
    assert feast(match[0], 2026) == day


@pytest.mark.parametrize("said", ["valentine", "new year", "easter bunny", "memorial", "boxing"])
def test_half_a_name_is_no_holiday(said: str) -> None:
    assert not re.fullmatch(FEASTS, said)
