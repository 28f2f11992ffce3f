"""Whom and what for."""

import pytest

from receptionist.domain.spoken_visits import find_doctor, find_reason


@pytest.mark.parametrize(
    ("said", "doctor"),
    [
        ("with Dr. Lee please", "Dr. Lee"),
        ("can I see doctor Morgan tomorrow", "Dr. Morgan"),
        ("doctor lee please", "Dr. Lee"),
        ("Nurse Jones said so", "Nurse Jones"),
        ("is Anna Smith, MD available", "Anna Smith"),
        ("my dentist is Paul Weber", "Paul Weber"),
        ("with doctor van Dyke", "Dr. van Dyke"),
    ],
)
def test_a_practitioner_is_named_as_on_the_door(said: str, doctor: str) -> None:
    assert find_doctor(said) == doctor


@pytest.mark.parametrize(
    "said", ["I need a doctor", "the doctor said so", "can a nurse call me", "Lee", ""]
)
def test_a_role_without_a_name_is_none(said: str) -> None:
    assert find_doctor(said) is None


@pytest.mark.parametrize("said", ["with Lee please", "I'd like to see Lee", "um, Lee"])
def test_a_bare_name_is_a_practitioner_where_one_was_asked_for(said: str) -> None:
    assert find_doctor(said, asked=True) == "Lee"


@pytest.mark.parametrize(
    "said", ["I don't mind", "anyone", "whoever is free", "the first available", "yes"]
)
def test_an_answer_that_prefers_nobody_is_none(said: str) -> None:
    assert find_doctor(said, asked=True) is None


def test_a_practitioner_who_was_refused_is_not_wished_for() -> None:
    assert find_doctor("not Dr. Lee") is None
    assert find_doctor("anyone but Dr. Lee") is None
    assert find_doctor("not Dr. Lee, Dr. Morgan") == "Dr. Morgan"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("I need an appointment because my back hurts", "my back hurts"),
        ("I have a terrible headache.", "a terrible headache"),
        ("my tooth hurts, please", "my tooth hurts"),
        ("about the fever, I have a cough too", "a cough too"),
        ("I'd like to come in for a check-up", "a check-up"),
        ("I need a flu shot on Friday", "a flu shot"),
    ],
)
def test_a_reason_is_kept_in_the_callers_words(said: str, reason: str) -> None:
    assert find_reason(said) == reason


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("um, it's for my knee", "my knee"),
        ("I've been having dizzy spells.", "dizzy spells"),
        ("just a cleaning please", "just a cleaning"),
        ("uh", None),
        ("I'd rather not say", None),
        ("I don't know", None),
        ("no I have a cough", "no I have a cough"),
    ],
)
def test_an_answer_to_what_for_is_the_reason(said: str, reason: str | None) -> None:
    assert find_reason(said, asked=True) == reason


@pytest.mark.parametrize("said", ["book me for Friday", "hello", ""])
def test_where_no_reason_is_given_there_is_none(said: str) -> None:
    assert find_reason(said) is None
