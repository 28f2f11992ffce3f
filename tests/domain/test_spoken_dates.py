"""Days and times as people say them, from a Saturday in November."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from receptionist.domain.spoken_dates import SpokenWhen, find_birth_date, find_when
from receptionist.domain.spoken_numbers import digits_from_words, spoken_digits

NOW = datetime(2026, 11, 21, 10, tzinfo=ZoneInfo("America/New_York"))


def day(text: str) -> date | None:
    return find_when(text, NOW).first


@pytest.mark.parametrize(
    ("text", "month", "number"),
    [
        ("tomorrow", 11, 22),
        ("the day after tomorrow", 11, 23),
        ("next tuesday afternoon", 11, 24),
        ("the twenty fourth of november at ten", 11, 24),
        ("the twenty-fourth of november", 11, 24),
        ("2026-12-01", 12, 1),
        ("12/1", 12, 1),
        ("in a fortnight", 12, 5),
        ("the 3rd, no sorry, the 4th", 12, 4),
        ("monday next week", 11, 30),
    ],
)
def test_days_are_found(text: str, month: int, number: int) -> None:
    assert day(text) == date(2026, month, number)


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("half past two", 14, 30),
        ("quarter to five", 16, 45),
        ("ten thirty", 10, 30),
        ("friday at 3 pm", 15, 0),
        ("at nine", 9, 0),
        ("noon", 12, 0),
    ],
)
def test_times_are_found(text: str, hour: int, minute: int) -> None:
    assert find_when(text, NOW).at == time(hour, minute)


@pytest.mark.parametrize("text", ["the first one", "yes please", "my name is Anna Smith", ""])
def test_where_nothing_is_said_of_when_nothing_is_found(text: str) -> None:
    assert find_when(text, NOW) == SpokenWhen()


@pytest.mark.parametrize(
    ("text", "day_first", "born"),
    [
        ("twelfth of march nineteen eighty four", False, date(1984, 3, 12)),
        ("3/12/84", False, date(1984, 3, 12)),
        ("3/12/84", True, date(1984, 12, 3)),
        ("march 12 1984", False, date(1984, 3, 12)),
        ("tomorrow", False, None),
        ("the first of may 2090", False, None),
    ],
)
def test_dates_of_birth_are_full_dates_in_the_past(
    text: str, day_first: bool, born: date | None
) -> None:
    assert find_birth_date(text, NOW, day_first=day_first) == born


def test_numbers_in_words_become_digits() -> None:
    assert digits_from_words("half past two") == "half past 2"
    assert digits_from_words("nineteen eighty four") == "1984"
    assert spoken_digits("five five five, oh one double two") == "5550122"
