"""Days as people say them, from Monday the 23rd of November 2026."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receptionist.domain.number_words import MONTHS, ordinal, year
from receptionist.domain.practice import WEEKDAYS
from receptionist.domain.spoken_days import SpokenDay, find_days
from receptionist.domain.spoken_plain import plain

TODAY = date(2026, 11, 23)
NEXT_YEAR = st.integers(0, 364).map(lambda ahead: TODAY + timedelta(days=ahead))


def days(said: str, today: date = TODAY, *, day_first: bool = False) -> list[SpokenDay]:
    return find_days(plain(said).text, today, day_first=day_first)[0]


def day(said: str, today: date = TODAY, *, day_first: bool = False) -> date:
    (found,) = days(said, today, day_first=day_first)
    return found.first


def nth(day: date) -> str:
    endings = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}
    return f"{day.day}{endings.get(day.day, 'th')}"


FORMS: dict[str, Callable[[date], str]] = {
    "American": lambda d: f"{MONTHS[d.month - 1]} {ordinal(d.day)}",
    "American, short": lambda d: f"{MONTHS[d.month - 1][:3]} {d.day}",
    "British": lambda d: f"the {ordinal(d.day)} of {MONTHS[d.month - 1]}",
    "British, written": lambda d: f"{d.day} {MONTHS[d.month - 1]}",
    "with the year": lambda d: f"{MONTHS[d.month - 1]} {nth(d)}, {d.year}",
    "with the year in words": lambda d: f"the {nth(d)} of {MONTHS[d.month - 1]} {year(d.year)}",
    "with the weekday": lambda d: f"{WEEKDAYS[d.weekday()]} the {nth(d)} of {MONTHS[d.month - 1]}",
    "ISO": lambda d: d.isoformat(),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@given(wanted=NEXT_YEAR, day_first=st.booleans())
def test_any_day_of_the_next_year_is_read_back(
    form: Callable[[date], str], wanted: date, day_first: bool
) -> None:
    assert day(f"could I come on {form(wanted)} please", day_first=day_first) == wanted


@given(wanted=NEXT_YEAR)
def test_a_day_in_numbers_is_read_in_the_countrys_order(wanted: date) -> None:
    assert day(f"{wanted.month}/{wanted.day}") == wanted
    assert day(f"{wanted.day}/{wanted.month}", day_first=True) == wanted
    assert day(f"{wanted:%m/%d/%Y}") == wanted
    assert day(f"{wanted:%d.%m.%Y}", day_first=True) == wanted


@given(today=NEXT_YEAR, ahead=st.integers(0, 27))
def test_a_number_alone_is_the_next_such_day(today: date, ahead: int) -> None:
    wanted = today + timedelta(days=ahead)

    assert day(f"on the {nth(wanted)}", today) == wanted


@given(today=NEXT_YEAR, weekday=st.integers(0, 6))
def test_a_weekday_is_the_coming_one(today: date, weekday: int) -> None:
    found = day(f"on {WEEKDAYS[weekday]}", today)

    assert found.weekday() == weekday
    assert 1 <= (found - today).days <= 7
    assert day(f"{WEEKDAYS[weekday]} week", today) == found + timedelta(days=7)


@given(today=NEXT_YEAR, count=st.integers(2, 60))
def test_a_distance_is_counted_from_today(today: date, count: int) -> None:
    assert day(f"in {count} days", today) == today + timedelta(days=count)
    assert day(f"{count} weeks from now", today) == today + timedelta(weeks=count)


@pytest.mark.parametrize(
    ("said", "month", "number"),
    [
        ("today", 11, 23),
        ("tomorrow", 11, 24),
        ("the day after tomorrow", 11, 25),
        ("in a fortnight", 12, 7),
        ("in a couple of weeks", 12, 7),
        ("in three days' time", 11, 26),
        ("a week today", 11, 30),
        ("tomorrow week", 12, 1),
        ("a week on Friday", 12, 4),
        ("Friday week", 12, 4),
        ("two weeks from Tuesday", 12, 8),
        ("three days after December 3rd", 12, 6),
        ("two days before Christmas", 12, 23),
        ("three Fridays from now", 12, 11),
        ("Thursday in two weeks", 12, 10),
        ("the first of the month", 12, 1),
        ("Tuesday first thing", 11, 24),
        ("this Friday", 11, 27),
        ("next Friday", 12, 4),
        ("Friday next week", 12, 4),
        ("next week Wednesday", 12, 2),
        ("Friday of the week after next", 12, 11),
        ("the Friday after next", 12, 4),
        ("sat", 11, 28),
        ("Friday the 4th", 12, 4),
        ("the last Friday of the month", 11, 27),
        ("the first Monday in December", 12, 7),
        ("the second Tuesday of next month", 12, 8),
        ("the 1st of next month", 12, 1),
        ("the 30th of this month", 11, 30),
        ("next month on the 20th", 12, 20),
        ("the last day of December", 12, 31),
        ("the first day of next month", 12, 1),
        ("the 14th of December 26", 12, 14),
        ("2026-12-3", 12, 3),
        ("mid December", 12, 15),
        ("the end of the month", 11, 30),
        ("Christmas Eve", 12, 24),
        ("the day after Thanksgiving", 11, 27),
        ("New Year's Eve", 12, 31),
    ],
)
def test_a_day_is_found_however_it_is_put(said: str, month: int, number: int) -> None:
    assert day(said) == date(2026, month, number)


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("this week", date(2026, 11, 23), date(2026, 11, 29)),
        ("next week", date(2026, 11, 30), date(2026, 12, 6)),
        ("the week after next", date(2026, 12, 7), date(2026, 12, 13)),
        ("the following week", date(2026, 11, 30), date(2026, 12, 6)),
        ("the week of December 7th", date(2026, 12, 7), date(2026, 12, 13)),
        ("early next week", date(2026, 11, 30), date(2026, 12, 1)),
        ("tomorrow or the day after", date(2026, 11, 24), date(2026, 11, 25)),
        ("the first week of December", date(2026, 12, 1), date(2026, 12, 7)),
        ("the last week of the month", date(2026, 11, 24), date(2026, 11, 30)),
        ("the end of next week", date(2026, 12, 3), date(2026, 12, 4)),
        ("the weekend", date(2026, 11, 28), date(2026, 11, 29)),
        ("next weekend", date(2026, 12, 5), date(2026, 12, 6)),
        ("next month", date(2026, 12, 1), date(2026, 12, 31)),
        ("in January", date(2027, 1, 1), date(2027, 1, 31)),
        ("in the new year", date(2027, 1, 1), date(2027, 1, 31)),
        ("the next three days", date(2026, 11, 23), date(2026, 11, 26)),
        ("from the 3rd to the 5th of December", date(2026, 12, 3), date(2026, 12, 5)),
        ("December 3 through 5", date(2026, 12, 3), date(2026, 12, 5)),
    ],
)
def test_a_period_has_a_first_and_a_last_day(said: str, first: date, last: date) -> None:
    (found,) = days(said)

    assert (found.first, found.last) == (first, last)


def test_the_29th_of_february_is_in_the_next_leap_year() -> None:
    assert day("the 29th of February") == date(2028, 2, 29)


def test_a_weekday_said_on_that_day_may_also_be_today() -> None:
    (found,) = days("Monday")

    assert found.first == date(2026, 11, 30)
    assert found.others == (TODAY,)


def test_a_date_in_numbers_that_fits_both_orders_has_both_readings() -> None:
    (found,) = days("3/4")

    assert [found.first, *found.others] == [date(2027, 3, 4), date(2027, 4, 3)]


@pytest.mark.parametrize("said", ["yesterday", "last Tuesday", "two days ago"])
def test_a_day_that_is_over_is_known_to_be(said: str) -> None:
    (found,) = days(said)

    assert found.past
    assert found.first < TODAY


@pytest.mark.parametrize(
    "said",
    [
        "the first one",
        "on the 4th floor",
        "May I speak to the doctor",
        "march on",
        "I sat down",
        "one moment",
        "the second opinion",
        "13/13/2026",
        "last month",
    ],
)
def test_what_only_looks_like_a_day_is_none(said: str) -> None:
    assert days(said) == []


def test_a_day_that_its_month_does_not_have_is_not_taken_for_another_months() -> None:
    assert {found.last.month for found in days("the 31st of April")} == {4}


def test_days_are_blotted_out_for_those_who_look_for_times() -> None:
    found, rest = find_days("at 9 on friday", TODAY, day_first=False)

    assert rest[found[0].start : found[0].end] == "#" * len("friday")
    assert len(rest) == len("at 9 on friday")
