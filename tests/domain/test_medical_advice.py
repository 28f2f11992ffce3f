"""Questions only a clinician may answer are told from talk about the practice."""

import pytest

from receptionist.domain.emergencies import check_safety
from receptionist.domain.medical_advice import advice_score


@pytest.mark.parametrize(
    "text",
    [
        "should i take ibuprofen for my back",
        "how many milligrams of tylenol can i give my child",
        "is it normal that my stitches itch",
        "can i drink alcohol on antibiotics",
        "do i have diabetes",
        "what are the side effects of statins",
        "how do i get rid of this rash",
        "how is gout treated",
        "is asthma hereditary",
        "What are the symptoms of Lyme disease?",
        "My mother has arthritis in both knees and the tablets no longer help. Is there any new "
        "treatment she could try, and would surgery be an option at her age?",
    ],
)
def test_a_question_for_a_clinician_is_noticed(text: str) -> None:
    assert check_safety(text) == "medical_advice"


@pytest.mark.parametrize(
    "text",
    [
        "how much does a check-up cost",
        "i have a sore throat and a cough",
        "i've had a headache for two days now",
        "can i get a refill of my blood pressure medication",
        "are my lab results back",
        "how do i reduce my bill",
        "which bus should i take",
        "what treatments do you offer",
        "how much time does it take",
        "my son needs his vaccines, can he come in",
        "i need an appointment for my knee pain",
        "",
    ],
)
def test_talk_about_the_practice_is_none(text: str) -> None:
    assert check_safety(text) == "none"


def test_a_patients_letter_is_more_like_a_question_than_booking_talk() -> None:
    letter = "My daughter has epilepsy. Is there a treatment that could help her?"

    assert advice_score(letter) > advice_score("can i come on tuesday instead")
