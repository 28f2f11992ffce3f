"""Which country a zone is in, and which comes first there: the day or the month."""

import pytest

from receptionist.domain.zone_countries import country_of, is_day_first


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("America/New_York", "US"),
        ("Europe/London", "GB"),
        ("GB", "GB"),
        ("Asia/Kolkata", "IN"),
        ("Australia/Sydney", "AU"),
        ("UTC", "US"),
        ("Mars/Olympus", "US"),
    ],
)
def test_a_zone_has_a_country(zone: str, country: str) -> None:
    assert country_of(zone) == country


def test_the_day_comes_first_but_in_a_few_countries() -> None:
    assert is_day_first("Europe/London")
    assert is_day_first("Australia/Perth")
    assert not is_day_first("America/Chicago")
    assert not is_day_first("America/Toronto")
    assert not is_day_first("Asia/Manila")
