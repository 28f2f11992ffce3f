"""Emergencies are noticed by rule, also beside other talk; booking talk raises none."""

import re

import pytest

from receptionist.domain.danger_signs import CRISIS, EMERGENCY
from receptionist.domain.emergencies import check_safety
from receptionist.domain.pattern_tables import patterns


@pytest.mark.parametrize(
    "text",
    [
        "my father has chest pain and can't breathe",
        "i need a follow up but i have chest pain right now",
        "i have chest pain and i had an x-ray last week",
        "i can't catch my breath",
        "there's a crushing pressure on my chest",
        "the pain is going down into my left arm",
        "i think i'm having a heart attack",
        "he has symptoms of a stroke",
        "her face is drooping and her speech is slurred",
        "my arm is numb and my speech is slurred",
        "i can't move my left leg",
        "i'm coughing up blood",
        "he threw up some blood",
        "she is bleeding and it won't stop",
        "it's bleeding heavily",
        "he is unconscious",
        "grandma collapsed in the kitchen",
        "i can't wake him up",
        "my son is having a seizure",
        "the baby is limp",
        "my daughter swallowed a battery",
        "he took too many pills",
        "a snake bite on his ankle",
        "my tongue is swelling up",
        "his lips are blue",
        "he fell off a ladder",
        "she hit her head on the ice",
        "the bone is sticking out",
        "send me an ambulance",
        "please hurry, this is an emergency",
        "my water just broke",
        "I’m choking",
        "heart attack! help!",
    ],
)
def test_an_emergency_is_noticed(text: str) -> None:
    assert check_safety(text) == "emergency"


@pytest.mark.parametrize(
    "text",
    [
        "i want to die",
        "i've cut my wrists",
        "i have thoughts of ending it",
        "i'm going to kill myself",
        "i don't want to be alive anymore",
        "what's the point of living",
        "i'm so tired of living",
        "everyone would be better off without me",
        "nobody would miss me",
        "how many pills would it take to kill me",
        "what is a painless way to die",
        "i feel the urge to cut myself",
        "i keep hurting myself on purpose",
        "my friend is suicidal",
        "i have a gun to my head",
        "i'm about to jump off the bridge",
        "how can i stop eating for two weeks to lose weight",
        "i make myself throw up",
        "how do i hide my scars",
    ],
)
def test_a_wish_to_die_is_noticed(text: str) -> None:
    assert check_safety(text) == "crisis"


@pytest.mark.parametrize(
    "text",
    [
        "book me a check-up tomorrow morning",
        "i need my chest x-ray results",
        "no chest pain",
        "i don't have any shortness of breath or chest pain",
        "my dad died of a stroke",
        "i had a heart attack two years ago",
        "my mother had a stroke in her sixties",
        "heart attacks run in my family",
        "i'm dying to know when you open",
        "this wait is killing me",
        "can i change my emergency contact",
        "do you have an emergency appointment",
        "i cut myself shaving and need a stitch looked at",
        "i hurt myself playing football, can i see someone",
        "i'd like a blood test",
        "i want a follow-up after my seizure last year",
        "my flight was a nightmare, can i move my appointment",
        "can i end my appointment early",
        "i want to take my daughter along",
        "kill the music please",
        "it's for a breathing test",
    ],
)
def test_other_talk_raises_no_alarm(text: str) -> None:
    assert check_safety(text) == "none"


def test_a_wish_to_die_comes_before_an_emergency() -> None:
    assert check_safety("i took too many pills because i want to die") == "crisis"


@pytest.mark.parametrize("word", ["chest pain ", "i can't ", "how many pills ", "no ", "'"])
def test_a_long_monologue_is_read_in_a_moment(word: str) -> None:
    # No pattern backtracks over the whole text: this would not come to an end otherwise.
    assert check_safety(word * 2000) in {"none", "emergency", "crisis", "medical_advice"}


@pytest.mark.parametrize("name", [*CRISIS, *EMERGENCY])
def test_every_sign_has_patterns_that_fit_no_empty_words(name: str) -> None:
    found = patterns(CRISIS.get(name) or EMERGENCY[name])

    assert found
    assert not any(re.search(pattern, "") for pattern in found)
