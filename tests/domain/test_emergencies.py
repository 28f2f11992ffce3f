"""Emergencies are noticed by rule, also beside other talk; booking talk raises none."""

import pytest

from receptionist.domain.emergencies import check_safety


@pytest.mark.parametrize(
    "text",
    [
        "my father has chest pain and can't breathe",
        "i need a follow up but i have chest pain right now",
        "i have chest pain and i had an x-ray last week",
        "i can't catch my breath",
        "i'm coughing up blood",
        "she is bleeding and it won't stop",
        "my arm is numb and my speech is slurred",
        "he is unconscious",
    ],
)
def test_an_emergency_is_noticed(text: str) -> None:
    assert check_safety(text) == "emergency"


@pytest.mark.parametrize(
    "text", ["i want to die", "i've cut my wrists", "i have thoughts of ending it"]
)
def test_a_wish_to_die_is_noticed(text: str) -> None:
    assert check_safety(text) == "crisis"


@pytest.mark.parametrize(
    "text",
    [
        "book me a check-up tomorrow morning",
        "i need my chest x-ray results",
        "no chest pain",
        "my dad died of a stroke",
        "i had a heart attack two years ago",
        "i'm dying to know when you open",
    ],
)
def test_other_talk_raises_no_alarm(text: str) -> None:
    assert check_safety(text) == "none"
