"""What our own last words asked for."""

import pytest

from receptionist.domain.spoken_questions import asked_for


@pytest.mark.parametrize(
    ("previous", "asked"),
    [
        ("What is your date of birth?", "date_of_birth"),
        ("When were you born?", "date_of_birth"),
        ("Thank you. And may I have your full name, please?", "name"),
        ("Could you spell your last name", "last_name"),
        ("What number can I reach you on?", "phone"),
        ("What's your zip code?", "postcode"),
        ("What time would suit you?", "time"),
        ("Which day and what time?", "time date"),
        ("When would you like to come?", "date time"),
        ("Which doctor would you like to see?", "doctor"),
        ("What brings you in?", "reason"),
        ("How many people?", "people"),
    ],
)
def test_a_question_tells_what_it_asks_for(previous: str, asked: str) -> None:
    assert asked_for(previous) == asked


@pytest.mark.parametrize(
    "previous",
    [
        "",
        "Their phone number is 415-923-3120.",
        "Her name is Helen Matthews.",
        "Would you like the phone number?",
        "You're booked. Is there anything else?",
    ],
)
def test_what_asks_for_nothing_asks_for_nothing(previous: str) -> None:
    assert asked_for(previous) == ""


def test_only_the_last_question_counts() -> None:
    assert asked_for("What time? Sorry, first: what is your name?") == "name"
