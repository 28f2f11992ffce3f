"""What is understood of one row, as `receptionist understand` prints it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receptionist.domain.understanding import understand
from receptionist.errors import InvalidArguments

NOW = "2026-11-23T09:00"
CLOCK = datetime(2026, 11, 23, 9, tzinfo=UTC)
EXPECTING = (
    *("", "date_of_birth", "name", "first_name", "last_name", "postcode", "phone", "time"),
    *("date", "doctor", "reason", "people"),
)
SAID = (
    "at the three 3rd of may monday next week in a fortnight half past two to four five pm am "
    "and not before no sorry make it my name is john smith double oh seven 1984 12/5 10:30 for "
    "people with wife doctor lee pain a s d x 19 2019 th until from between ~ # ' . , ; - / 1 2 "
    "9 0 one day after christmas zip code hours later"
).split()


def understood(text: str, **row: Any) -> dict[str, Any]:
    return understand({"text": text, "now": NOW, "timezone": "Europe/London", **row}, CLOCK)


def test_days_and_times_are_local_and_likeliest_first() -> None:
    found = understood("book me tomorrow at four")

    assert found["dates"] == ["2026-11-24"]
    assert found["times"] == ["16:00", "04:00"]
    assert found["datetimes"] == ["2026-11-24T16:00", "2026-11-24T04:00"]


def test_what_was_not_found_has_no_key() -> None:
    assert understood("hello").keys() == {"intent", "score", "safety"}


def test_the_order_of_day_and_month_follows_the_zones_country() -> None:
    british = understood("on 3/4", timezone="Europe/London")
    american = understood("on 3/4", timezone="America/New_York")

    assert british["dates"] == ["2027-04-03", "2027-03-04"]
    assert american["dates"] == ["2027-03-04", "2027-04-03"]


def test_now_is_brought_into_the_zone() -> None:
    found = understood("today", now="2026-11-23T23:30:00-05:00", timezone="Europe/London")

    assert found["dates"] == ["2026-11-24"]


def test_without_now_the_clock_tells() -> None:
    assert understand({"text": "tomorrow"}, CLOCK)["dates"] == ["2026-11-24"]


def test_what_was_said_before_changes_what_an_answer_means() -> None:
    question = "Shall I book you for two o'clock?"

    assert understood("make it three", previous=question)["intent"] == "deny"


def test_our_question_tells_what_a_number_means_where_nothing_else_does() -> None:
    assert understood("three", previous="What time would you like?")["times"][0] == "15:00"
    assert "times" not in understood("three kids and I", previous="How many people?")


def test_the_digits_of_a_date_of_birth_are_no_time() -> None:
    found = understood("oh three oh four nineteen seventy two", expecting="date_of_birth")

    assert found["dates"] == ["1972-04-03"]
    assert not {"times", "datetimes"} & found.keys()


def test_an_answer_that_holds_no_date_of_birth_may_hold_a_time() -> None:
    assert understood("can I come at 3 pm", expecting="date_of_birth")["times"] == ["15:00"]


def test_what_was_asked_for_may_be_a_list() -> None:
    assert understood("three", expecting=["date", "time"])["times"] == ["15:00", "03:00"]


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"text": None},
        {"text": "x", "now": "soon"},
        {"text": "x", "now": "0001-01-01T00:00"},
        {"text": "x", "now": "9999-12-31T23:59"},
        {"text": "x", "now": 5},
        {"text": "x", "timezone": "Mars/Olympus"},
        {"text": "x", "timezone": "America"},
        {"text": "x", "timezone": "../../etc/passwd"},
        {"text": "x", "timezone": "a" * 5000},
    ],
    ids=lambda row: json.dumps(row)[:40],
)
def test_a_row_that_cannot_be_read_is_refused_without_its_words(row: dict[str, Any]) -> None:
    with pytest.raises(InvalidArguments, match="expected"):
        understand(row, CLOCK)


@given(
    st.one_of(st.text(max_size=200), st.lists(st.sampled_from(SAID), max_size=40).map(" ".join)),
    st.sampled_from(EXPECTING),
    st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata"]),
)
def test_whatever_is_said_it_can_be_printed(text: str, expecting: str, zone: str) -> None:
    found = understood(text, expecting=expecting, timezone=zone)

    printed = json.dumps(found, ensure_ascii=False).encode()
    assert json.loads(printed) == found
    assert {"intent", "score", "safety"} <= found.keys()


@pytest.mark.parametrize("expecting", ["", "time", "date_of_birth", "name", "postcode", "phone"])
@pytest.mark.parametrize(
    "word", ["my ", "3 ", "a", "name is ", "the day after ", "not ", "1", "with my ", "at 3 ", ". "]
)
def test_an_endless_sentence_is_read_to_an_end(word: str, expecting: str) -> None:
    found = understood(word * (1_000_000 // len(word)), expecting=expecting)

    assert found["safety"] == "none"


def test_half_a_character_is_no_failure() -> None:
    found = understood("book me \ud83d tomorrow")

    assert json.dumps(found, ensure_ascii=False).encode()
