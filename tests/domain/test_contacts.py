"""Phone numbers as callers say them, as they are kept, and as they are read back."""

import pytest

from receptionist.domain.contacts import masked, read_back, region_of, says_day_first, to_e164
from receptionist.domain.practice import Practice


def practice(*numbers: str, timezone: str = "America/New_York") -> Practice:
    return Practice("Clinic", timezone, numbers, "Hello.", {})


AMERICAN = practice("+12125550100")
BRITISH = practice("+442079460100", timezone="Europe/London")
GERMAN = practice("+4930901820", timezone="Europe/Berlin")
INDIAN = practice("+912226510000", timezone="Asia/Kolkata")


@pytest.mark.parametrize(
    ("said", "at", "kept"),
    [
        ("212 555 0199", AMERICAN, "+12125550199"),
        ("(212) 555-0199", AMERICAN, "+12125550199"),
        ("1-212-555-0199", AMERICAN, "+12125550199"),
        ("+1 212 555 0199", AMERICAN, "+12125550199"),
        ("+44 7700 900123", AMERICAN, "+447700900123"),
        ("011 44 7700 900123", AMERICAN, "+447700900123"),
        ("07700 900123", BRITISH, "+447700900123"),
        ("020 7946 0018", BRITISH, "+442079460018"),
        ("00 1 212 555 0199", BRITISH, "+12125550199"),
        ("030 901820", GERMAN, "+4930901820"),
        ("0151 23456789", GERMAN, "+4915123456789"),
        ("98765 43210", INDIAN, "+919876543210"),
    ],
)
def test_a_number_is_read_as_people_there_say_it(said: str, at: Practice, kept: str) -> None:
    assert to_e164(said, at) == kept


def test_a_number_that_no_network_has_assigned_is_still_a_number() -> None:
    assert to_e164("555 555 0199", AMERICAN) == "+15555550199"


@pytest.mark.parametrize(
    "text",
    [
        *("", "+", "12", "911", "212555019", "21255501999"),
        *("anonymous", "unknown", "Restricted"),
        *("client:joe", "sip:joe@example.com", "five five five"),
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert to_e164(text, AMERICAN) is None


@pytest.mark.parametrize(
    "spelled", ["+266696687", "+7378742833", "+86282452253", "+2562533", "+8566696"]
)
def test_a_withheld_number_that_a_carrier_spells_on_the_keypad_is_none(spelled: str) -> None:
    assert to_e164(spelled, AMERICAN) is None


def test_the_region_is_that_of_the_practices_own_number() -> None:
    assert region_of(AMERICAN) == "US"
    assert region_of(BRITISH) == "GB"
    assert region_of(practice("+4930901820", timezone="America/New_York")) == "DE"


def test_without_a_number_the_zone_tells_the_region() -> None:
    assert region_of(practice(timezone="Europe/London")) == "GB"
    assert region_of(practice(timezone="America/New_York")) == "US"
    assert region_of(practice("not a number", timezone="Europe/Dublin")) == "IE"


def test_days_come_first_where_people_say_them_first() -> None:
    assert not says_day_first(AMERICAN)
    assert not says_day_first(practice("+16135550100", timezone="America/Toronto"))
    assert says_day_first(BRITISH)
    assert says_day_first(GERMAN)
    assert says_day_first(INDIAN)


@pytest.mark.parametrize(
    ("number", "spoken"),
    [
        ("+12125550199", "2 1 2, 5 5 5, 0 1 9 9"),
        ("+447700900123", "7 7 0, 0 9 0, 0 1 2 3"),
        ("+4530901820", "3 0 9, 0 1 8, 2 0"),
        ("555-0199", "5 5 5, 0 1 9 9"),
        ("12", "1 2"),
        ("", ""),
    ],
)
def test_a_number_is_read_back_in_groups(number: str, spoken: str) -> None:
    assert read_back(number) == spoken


def test_reading_back_leaves_out_no_digit() -> None:
    for number in ("+12125550199", "+4915123456789", "+390612345678", "+8613912345678"):
        digits = [c for c in read_back(number) if c.isdigit()]
        assert number.endswith("".join(digits))
        assert len(digits) >= len(number) - 4


def test_masking_shows_the_last_four_digits_at_most() -> None:
    assert masked("+12125550199") == "•••0199"
    assert masked("0199") == "•••"
    assert masked("") == "•••"
