"""Callers' questions find the approved answer, or none."""

import pytest

from receptionist.domain.faq_match import best_faq, certain_faq
from receptionist.domain.practice import Faq, Synonyms

FAQS = (
    Faq("Where can I park?", "There is free parking behind the building."),
    Faq("Where are you located?", "We're at 12 Maple Street, right by the bus stop."),
    Faq("Do you take my insurance?", "We take most major plans. Please bring your card."),
    Faq("How much does a visit cost without insurance?", "A check-up is $120."),
    Faq("How do I get a repeat prescription?", "Leave us a message with the medicine's name."),
    Faq("Are you taking new patients?", "Yes, we're taking new patients."),
    Faq("Is the building wheelchair accessible?", "Yes, there is a ramp and an elevator."),
    Faq("Do you see children?", "Yes, we see children of every age."),
    Faq("How do I get my test results?", "We call you within five working days."),
)


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("is there somewhere i can leave my car", 0),
        ("what's your address", 1),
        ("how do i get there", 1),
        ("are you in network with aetna", 2),
        ("what do you charge for a check up", 3),
        ("i've run out of my pills", 4),
        ("can i register with you", 5),
        ("my mum uses a walker, is there an elevator", 6),
        ("would you see my toddler", 7),
        ("are my lab results in", 8),
    ],
)
def test_a_question_finds_its_answer_in_other_words(question: str, place: int) -> None:
    assert best_faq(question, FAQS) == FAQS[place]


@pytest.mark.parametrize(
    "question",
    [
        "what's the capital of peru",
        "do you sell gift cards",
        "how do i bake bread",
        "who won the game last night",
        "what is it",
        "",
    ],
)
def test_what_nobody_wrote_down_has_no_answer(question: str) -> None:
    assert best_faq(question, FAQS) is None


def test_a_practices_own_words_are_heard_as_phrases() -> None:
    own = (Synonyms("park", ("vehicle bay",)), Synonyms("prescription", ("top up", "scrip")))

    assert best_faq("where's the vehicle bay", FAQS) is None
    assert best_faq("where's the Vehicle  Bay", FAQS, own) == FAQS[0]
    assert best_faq("can i have two scrips", FAQS, own) == FAQS[4]
    assert best_faq("is there a bay tree", FAQS, own) is None


@pytest.mark.parametrize("question", ["do you have wifi", "do you have wi-fi", "do you have WiFi"])
def test_words_with_and_without_a_hyphen_are_the_same(question: str) -> None:
    hyphened = Faq("Is there Wi-Fi?", "Yes, ask at the desk.")
    together = Faq("Is there wifi?", "Yes, ask at the desk.")

    assert best_faq(question, (*FAQS, hyphened)) == hyphened
    assert best_faq(question, (*FAQS, together)) == together


def test_without_approved_answers_nothing_is_known() -> None:
    assert best_faq("where can i park", ()) is None


def test_one_answer_alone_does_not_answer_everything() -> None:
    assert best_faq("where can i park", FAQS[:1]) == FAQS[0]
    assert best_faq("do you take my insurance", FAQS[:1]) is None


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("where can i park", 0),
        ("Hi, um, could you tell me where I can park, please?", 0),
        ("good morning i was wondering where you're located", 1),
        ("Are you taking new patients?", 5),
        ("do you see children then", 7),
    ],
)
def test_a_question_in_its_own_words_is_certain(said: str, place: int) -> None:
    assert certain_faq(said, FAQS) == FAQS[place]


@pytest.mark.parametrize(
    "said",
    [
        "where can i park my truck",
        "can i park",
        "do you see children on saturdays",
        "are you not taking new patients",
        "please",
        "",
        "i would like to book a check up",
    ],
)
def test_a_word_more_or_less_is_not(said: str) -> None:
    assert certain_faq(said, (*FAQS, Faq("Please?", "Yes."))) is None


def test_what_two_questions_ask_is_certain_of_neither() -> None:
    twice = (*FAQS, Faq("where can I park", "In the yard."))

    assert certain_faq("where can i park", twice) is None
