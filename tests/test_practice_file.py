"""A practice file's mistakes are all named, with their line and what would be right."""

from datetime import date, time
from pathlib import Path

import pytest

from receptionist.domain.practice import BookingRules, DayRange, Synonyms, TimeRange
from receptionist.errors import ConfigurationError
from receptionist.practice_dump import dump_practice
from receptionist.practice_file import load_practice

EXAMPLE = Path(__file__).parent.parent / "examples" / "maple-street.yaml"
WRONG = """\
practice:
  name: Clinic
  timezone: America/Springfield
  numbers: ["5550100"]
  greeting: Hello.
  colour: blue
hours:
  monday: ["17:00-08:30"]
  someday: ["08:30-12:00"]
services:
  - name: Check-up
    minutes: 2
"""


def test_the_example_is_read_and_comes_out_again_the_same() -> None:
    practice = load_practice(EXAMPLE.read_text(), source="example")

    assert practice.name == "Maple Street Clinic"
    assert load_practice(dump_practice(practice), source="dump") == practice


def test_every_mistake_is_named_with_its_line() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_practice(WRONG, source="clinic.yaml")

    message = str(caught.value)
    assert "clinic.yaml:3: practice.timezone 'America/Springfield': expected an IANA" in message
    assert "clinic.yaml:4: practice.numbers[0] '5550100': expected a number such as" in message
    assert "clinic.yaml:6: practice.colour 'blue': is not a known key" in message
    assert "monday: 17:00-08:30 closes before it opens" in message
    assert "'someday' is not a day" in message
    assert "clinic.yaml:12: services[0].minutes 2" in message


def test_words_callers_use_and_documents_are_read_and_come_out_again() -> None:
    practice = load_practice(
        EXAMPLE.read_text()
        + """
synonyms:
  parking: [car park, garage]
documents:
  - title: Before a blood test
    text: |
      Drink water.

      Eat nothing for eight hours.
""",
        source="x.yaml",
    )

    assert practice.synonyms == (Synonyms("parking", ("car park", "garage")),)
    assert practice.documents[0].text == "Drink water.\n\nEat nothing for eight hours."
    assert load_practice(dump_practice(practice), source="dump") == practice


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("synonyms: {parking: [garage], lift: [Garage]}", "'garage' is there twice"),
        ("synonyms: {parking: []}", "'parking' has no other words"),
        ('synonyms: {parking: ["(."]}', "expected words such as car park"),
        ("synonyms: [parking]", "dictionary"),
        ("documents: [{title: A}]", "documents[0].text"),
    ],
)
def test_wrong_words_and_documents_are_named(wrong: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_practice(f"{EXAMPLE.read_text()}\n{wrong}\n", source="x.yaml")

    assert said in str(caught.value)


@pytest.mark.parametrize("text", ["", "- a\n- b", "practice: [", "just words"])
def test_what_is_not_a_practice_file_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ConfigurationError):
        load_practice(text, source="x.yaml")


def test_a_service_by_an_unknown_practitioner_is_a_mistake() -> None:
    text = EXAMPLE.read_text().replace("[Nurse Gomez]", "[Nurse Gomes]")

    with pytest.raises(ConfigurationError, match="Nurse Gomes"):
        load_practice(text, source="x.yaml")


RULES = """\
practice:
  name: Clinic
  timezone: Europe/London
  numbers: ["+442071838750"]
  greeting: Hello.
hours:
  monday: ["08:30-17:00"]
practitioners:
  - name: Dr. Lee
    hours:
      monday: ["09:00-12:00"]
    leave: [2026-12-24, 2027-01-04..2027-01-08]
services:
  - name: X-ray
    minutes: 30
    practitioners: [Dr. Lee]
    resources: [X-ray room]
    lead_minutes: 60
resources:
  - name: X-ray room
    count: 2
booking:
  lead_minutes: 120
  horizon_days: 90
  slot_minutes: 10
  event_text: service
  text_messages: false
  reminder_hours: 0
"""


def test_hours_leave_rooms_and_rules_are_read_and_come_out_again_the_same() -> None:
    rules = RULES.replace("  greeting", '  fallback_number: "+442071838751"\n  greeting')
    practice = load_practice(rules, source="rules")

    assert practice.fallback_number == "+442071838751"
    lee, xray = practice.practitioners[0], practice.services[0]
    assert lee.hours == {"monday": (TimeRange(time(9), time(12)),)}
    assert lee.leave == (
        DayRange(date(2026, 12, 24), date(2026, 12, 24)),
        DayRange(date(2027, 1, 4), date(2027, 1, 8)),
    )
    assert practice.units_of("X-ray room") == ("X-ray room #1", "X-ray room #2")
    assert (xray.resources, xray.lead_minutes, xray.horizon_days) == (("X-ray room",), 60, None)
    assert practice.booking == BookingRules(120, 90, 10, "service", False, 0)
    assert load_practice(dump_practice(practice), source="dump") == practice


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("2027-01-04..2027-01-08", "2027-01-08..2027-01-04", "ends before it begins"),
        ("2027-01-04..2027-01-08", "Christmas", "2026-12-24..2026-12-31"),
        ("[X-ray room]", "[Laser room]", "'Laser room', which is not among the resources"),
        ("slot_minutes: 10", "slot_minutes: 7", "rules:25: booking.slot_minutes 7"),
        ("count: 2", "count: 0", "rules:21: resources[0].count 0"),
        ("event_text: service", "event_text: all", "'service', 'name' or 'full'"),
        (
            "greeting: Hello.",
            'greeting: Hello.\n  fallback_number: "+442071838750"',
            "such calls would come back",
        ),
        (
            "greeting: Hello.",
            "greeting: Hello.\n  fallback_number: '555'",
            "practice.fallback_number '555'",
        ),
        ('["09:00-12:00"]', '["09:00"]', "monday: '09:00' is not a range"),
    ],
)
def test_a_wrong_rule_is_named_with_what_would_be_right(right: str, wrong: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_practice(RULES.replace(right, wrong), source="rules")

    assert said in str(caught.value)
