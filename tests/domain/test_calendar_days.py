"""Calendar arithmetic: coming days, weekdays of a month, Easter."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receptionist.domain import calendar_days as calendar

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
WEEKDAYS = st.integers(0, 6)


@given(DAYS, st.integers(1, 31))
def test_a_coming_day_has_that_number_and_is_not_over(today: date, number: int) -> None:
    found = calendar.coming_day(number, today)

    assert found is not None
    assert found.day == number
    assert today <= found <= today + timedelta(days=62)


@given(DAYS, DAYS)
def test_a_coming_date_is_the_next_such_day_of_the_year(today: date, wanted: date) -> None:
    found = calendar.coming_date(wanted.month, wanted.day, today)

    assert found is not None
    assert (found.month, found.day) == (wanted.month, wanted.day)
    assert found >= today
    assert (wanted.month, wanted.day) == (2, 29) or found < today + timedelta(days=367)


@given(DAYS, WEEKDAYS)
def test_a_coming_weekday_is_within_a_week_and_never_today(today: date, weekday: int) -> None:
    found = calendar.coming_weekday(weekday, today)

    assert found.weekday() == weekday
    assert timedelta(days=1) <= found - today <= calendar.WEEK


@given(DAYS, WEEKDAYS, st.integers(0, 5))
def test_a_weekday_of_a_week_ahead_is_in_that_calendar_week(
    today: date, weekday: int, weeks: int
) -> None:
    found = calendar.weekday_in_week(weekday, today, weeks)

    assert found.weekday() == weekday
    assert calendar.monday_of(found) - calendar.monday_of(today) == calendar.WEEK * weeks


@given(DAYS, WEEKDAYS)
def test_the_last_weekday_of_a_month_has_none_after_it(month: date, weekday: int) -> None:
    last = calendar.nth_weekday(weekday, -1, month)

    assert last is not None
    assert last.month == month.month
    assert (last + calendar.WEEK).month != month.month


def test_a_month_without_a_fifth_friday_has_none() -> None:
    assert calendar.nth_weekday(4, 5, date(2026, 11, 1)) is None
    assert calendar.nth_weekday(4, 5, date(2026, 10, 1)) == date(2026, 10, 30)


@given(DAYS, st.integers(-24, 24))
def test_months_on_keep_the_day_or_take_the_months_last(day: date, months: int) -> None:
    found = calendar.months_on(day, months)

    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or found == calendar.month_end(found)


def test_friday_the_thirteenth_is_looked_for_in_the_months_ahead() -> None:
    assert calendar.weekday_on_day(4, 13, date(2026, 11, 14)) == date(2027, 8, 13)


def test_a_day_that_does_not_exist_is_none() -> None:
    assert calendar.day_of(2026, 2, 29) is None
    assert calendar.day_of(2028, 2, 29) == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("year", "month", "day"), [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2038, 4, 25)]
)
def test_easter_is_where_the_calendar_has_it(year: int, month: int, day: int) -> None:
    assert calendar.easter(year) == date(year, month, day)
