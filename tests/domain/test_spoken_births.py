"""Dates of birth as callers say them and as recognisers write them down."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receptionist.domain.number_words import MONTHS, ordinal, year
from receptionist.domain.spoken_births import find_birth_date

NOW = datetime.fromisoformat("2026-11-21T10:00")
BORN = st.dates(date(1910, 1, 1), date(2026, 11, 21))


def born(text: str, *, day_first: bool = True, asked: bool = True) -> date | None:
    return find_birth_date(text, NOW, day_first=day_first, asked=asked)


@given(BORN)
def test_any_date_of_birth_is_read_back(day: date) -> None:
    month = MONTHS[day.month - 1]

    assert born(f"the {ordinal(day.day)} of {month} {year(day.year)}") == day
    assert born(f"{month} {ordinal(day.day)}, {day.year}", day_first=False) == day
    assert born(f"{day.day} {month} {day.year}") == day
    assert born(f"it's {day:%d/%m/%Y}") == day
    assert born(f"{day:%m/%d/%Y}", day_first=False) == day
    assert born(day.isoformat()) == day


@given(BORN)
def test_digits_in_one_run_are_read_in_the_countrys_order(day: date) -> None:
    assert born(f"{day:%d%m%Y}") == day
    assert born(f"{day:%m%d%Y}", day_first=False) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("the 6th of the 10th 1943", date(1943, 10, 6)),
        ("oh three oh four nineteen seventy two", date(1972, 4, 3)),
        ("19061 980", date(1980, 6, 19)),
        ("24 9 1977", date(1977, 9, 24)),
        ("3/12/84", date(1984, 12, 3)),
        ("14th 12 19 46", date(1946, 12, 14)),
        ("14 may 19 84", date(1984, 5, 14)),
        ("first of may two thousand and one", date(2001, 5, 1)),
        ("the 2nd, no sorry, the 3rd of May 1984", date(1984, 5, 3)),
        ("30th of October 19th 1988", date(1988, 10, 30)),
        ("ME14 2017", date(2017, 5, 14)),
        ("this August 1997", date(1997, 8, 5)),
        ("I was born on the 3rd of May 1984 in Leeds", date(1984, 5, 3)),
        ("14th of March 1930 4", date(1934, 3, 14)),
        ("14th of March 1930 for", date(1934, 3, 14)),
        ("14th of March 2000 and 7th", date(2007, 3, 14)),
        ("14th of March 19th 34", date(1934, 3, 14)),
        ("14th of March 8th 1934", date(1934, 3, 14)),
        ("27 07 19 29", date(1929, 7, 27)),
        ("2019 March 1934", date(1934, 3, 29)),
        ("auntie 9th of March 1934", date(1934, 3, 29)),
        ("Wednesday the 9th of March 1934", date(1934, 3, 9)),
        ("11:00 may 1934", date(1934, 5, 11)),
        ("20 to 10 1979", date(1979, 10, 22)),
        ("9:40 1979", date(1979, 10, 22)),
        ("XIV March mmvi", date(2006, 3, 14)),
        ("6teen August 1990", date(1990, 8, 16)),
        ("14 oktober 1999", date(1999, 10, 14)),
        ("14 m a r c h 1934", date(1934, 3, 14)),
        ("14 Juliet Alpha November Uniform Alfa Romeo Yankee 1934", date(1934, 1, 14)),
        ("07403 1955", date(1955, 3, 7)),
        ("20607 1955", date(1955, 7, 26)),
        ("510 27", date(1927, 10, 5)),
        ("1202 198", date(1988, 2, 12)),
        ("17 October 19210", date(1921, 10, 17)),
        ("sisters of March 1934", date(1934, 3, 5)),
        ("ace of the 2nd 1939", date(1939, 2, 8)),
        ("28th of the 5th may 1986", date(1986, 5, 28)),
        ("nought three nought four nineteen seventy two", date(1972, 4, 3)),
        ("to 7th March 1934", date(1934, 3, 27)),
        ("1-7 March 1934", date(1934, 3, 17)),
        ("30 1st of March 1934", date(1934, 3, 31)),
        ("160 March 1934", date(1934, 3, 16)),
        ("2050 March 1934", date(1934, 3, 25)),
        ("60 of March 1934", date(1934, 3, 16)),
        ("50 of the 9th 1934", date(1934, 9, 15)),
        ("14th of March 1870 4", date(1974, 3, 14)),
        ("14th of March 1930 night", date(1939, 3, 14)),
        ("14th of March 19 30 6", date(1936, 3, 14)),
        ("14th of March 1936th", date(1936, 3, 14)),
        ("14th of March 1004", date(2004, 3, 14)),
        ("14th of March 0004", date(2004, 3, 14)),
        ("14th of March 1000 and 2", date(2002, 3, 14)),
        ("the 14th of the 3rd month 1934", date(1934, 3, 14)),
        ("5th of May in the year two thousand", date(2000, 5, 5)),
        ("the 13th of April and I was born in 1972", date(1972, 4, 13)),
        ("1972 April 3rd", date(1972, 4, 3)),
        ("1972, the 3rd of April", date(1972, 4, 3)),
        ("10:35 1979", date(1979, 11, 25)),
        ("3rd of Julie 1972", date(1972, 7, 3)),
        ("3rd of apple 1972", date(1972, 4, 3)),
        ("queen 11 1951", date(1951, 11, 17)),
        ("nights with me 1962", date(1962, 5, 9)),
        ("gift for March 1934", date(1934, 3, 5)),
        ("phased March 1934", date(1934, 3, 1)),
        ("07 05 07 05 1962", date(1962, 5, 7)),
        ("09804 19663", date(1963, 4, 9)),
    ],
)
def test_it_is_understood_as_recognisers_write_it(text: str, day: date) -> None:
    assert born(text) == day


def test_the_order_of_day_and_month_follows_the_country() -> None:
    assert born("3/12/84", day_first=True) == date(1984, 12, 3)
    assert born("3/12/84", day_first=False) == date(1984, 3, 12)


def test_a_year_of_two_digits_is_in_the_past() -> None:
    assert born("1 May 26") == date(2026, 5, 1)
    assert born("1 May 27") == date(1927, 5, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "the 3rd of May",
        "28th 1996",
        "the first of may 2090",
        "31st of February 1980",
        "my name is Anna",
        "something of March 1934",
        "3rd of ember 1972",
        "3rd of the 1972",
        "4 1993",
        "my postcode is 90210",
        "it's appointment number 12345",
        "at 9:40 on the 3rd",
        "vii",
    ],
)
def test_what_is_no_full_date_in_the_past_is_none(text: str) -> None:
    assert born(text) is None


def test_nobody_is_born_tomorrow() -> None:
    assert born(f"{NOW.date() + timedelta(days=1):%d/%m/%Y}") is None


def test_unless_asked_for_it_must_be_called_one() -> None:
    assert born("since the 3rd of May 2024 I have a cough", asked=False) is None
    assert born("my date of birth is the 3rd of May 1984", asked=False) == date(1984, 5, 3)
    assert born("born 19061 980", asked=False) is None


def test_long_talk_is_only_searched_for_dates_in_usual_forms() -> None:
    talk = "well you see I would rather not say it on the telephone " * 8

    assert born(f"{talk} 3rd of May 1984") == date(1984, 5, 3)
    assert born(f"{talk} XIV March mmvi") is None


@given(st.text(max_size=300))
def test_whatever_is_said_it_never_raises(text: str) -> None:
    found = born(text)

    assert found is None or found <= NOW.date()
