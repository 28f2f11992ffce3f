"""A practice file's mistakes are all named, with their line and what would be right."""

from pathlib import Path

import pytest

from receptionist.errors import ConfigurationError
from receptionist.practice_file import dump_practice, load_practice

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


@pytest.mark.parametrize("text", ["", "- a\n- b", "practice: [", "just words"])
def test_what_is_not_a_practice_file_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ConfigurationError):
        load_practice(text, source="x.yaml")


def test_a_service_by_an_unknown_practitioner_is_a_mistake() -> None:
    text = EXAMPLE.read_text().replace("[Nurse Gomez]", "[Nurse Gomes]")

    with pytest.raises(ConfigurationError, match="Nurse Gomes"):
        load_practice(text, source="x.yaml")
