"""What one sentence fills in, given what was just asked for."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from receptionist.domain.spoken_dates import read_moments
from receptionist.domain.spoken_slots import find_slots

NOW = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Europe/London"))


def slots(said: str, expecting: str = "", country: str = "GB") -> dict[str, Any]:
    found = read_moments(said, NOW, day_first=country != "US", expecting=expecting)
    return find_slots(
        said, found, NOW, country=country, day_first=country != "US", expecting=expecting
    )


@pytest.mark.parametrize(
    ("expecting", "said", "slot", "value"),
    [
        ("date_of_birth", "oh three oh four nineteen seventy two", "date_of_birth", "1972-04-03"),
        ("date of birth", "3/4/1972", "date_of_birth", "1972-04-03"),
        ("dob", "3rd of April 72", "date_of_birth", "1972-04-03"),
        ("name", "anna smith", "name", "Anna Smith"),
        ("caller_name", "anna smith", "last_name", "Smith"),
        ("last_name", "smith", "last_name", "Smith"),
        ("first_name", "anna", "first_name", "Anna"),
        ("postcode", "s w one a one double a", "postcode", "SW1A 1AA"),
        ("phone", "oh double seven double oh nine hundred one two three", "phone", "+447700900123"),
        ("phone_number", "07700 900123", "phone", "+447700900123"),
        ("doctor", "with Lee please", "doctor", "Lee"),
        ("practitioner", "Dr. Lee", "doctor", "Dr. Lee"),
        ("reason", "it's for my knee", "reason", "my knee"),
        ("people", "just two", "people", "two"),
    ],
)
def test_an_answer_fills_what_was_asked_for(
    expecting: str, said: str, slot: str, value: str
) -> None:
    assert slots(said, expecting)[slot] == value


@pytest.mark.parametrize(
    ("expecting", "said", "slot", "text", "value"),
    [
        ("time", "three", "time", "three", "15:00"),
        ("time", "let's say half past two", "time", "half past two", "14:30"),
        ("date", "the fifth", "date", "the fifth", "2026-12-05"),
        ("", "Book me Tuesday", "date", "Tuesday", "2026-11-24"),
    ],
)
def test_days_and_times_keep_the_callers_words(
    expecting: str, said: str, slot: str, text: str, value: str
) -> None:
    assert slots(said, expecting)[slot] == {"text": text, "value": value}


def test_several_of_a_kind_are_a_list() -> None:
    found = slots("on Tuesday at three or on Wednesday at four")

    assert [each["text"] for each in found["date"]] == ["Tuesday", "Wednesday"]
    assert [each["value"] for each in found["time"]] == ["15:00", "16:00"]


def test_digits_that_answer_who_is_calling_are_no_time() -> None:
    assert slots("oh three oh four nineteen seventy two", "date_of_birth").keys() == {
        "date_of_birth"
    }
    assert "time" not in slots("07700 900123", "phone")


def test_several_things_in_one_sentence_are_all_found() -> None:
    said = "This is Anna Smith, I'd like Dr. Lee on Friday at ten because my back hurts"

    found = slots(said)

    assert found["name"] == "Anna Smith"
    assert found["doctor"] == "Dr. Lee"
    assert found["date"]["value"] == "2026-11-27"
    assert found["time"]["value"] == "10:00"
    assert found["reason"] == "my back hurts"


def test_a_postcode_is_the_countrys() -> None:
    assert slots("one oh oh two one", "postcode", country="US") == {"postcode": "10021"}
    assert slots("my zip is 10021", "zip", country="US")["postcode"] == "10021"
    assert "postcode" not in slots("I live in SW1A 1AA", country="US")


@pytest.mark.parametrize("expecting", ["", "time", "name", "phone", "nonsense"])
def test_where_nothing_is_said_nothing_is_filled(expecting: str) -> None:
    assert slots("um", expecting) == {}
