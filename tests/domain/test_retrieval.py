"""Passages are ranked by how well they answer, and a question without an answer is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receptionist.domain.retrieval import Passage, PassageIndex
from receptionist.domain.search_words import terms
from receptionist.domain.stemming import stem

PASSAGES = (
    Passage("hours", "We are open from eight to five on weekdays and closed on Sundays.", "Hours"),
    Passage("fast", "Do not eat or drink for eight hours before a blood test.", "Before a test"),
    Passage("shot", "Vaccinations are given by the nurse on Thursdays.", "Flu"),
    Passage("fees", "A missed visit costs forty dollars.", "Fees"),
    Passage("yes", "Yes, dogs that guide a visitor are welcome.", "Visiting"),
    Passage("bring", "Visitors should bring a mask.", "Visiting"),
)
INDEX = PassageIndex(PASSAGES)


def first(question: str, index: PassageIndex = INDEX) -> str:
    return index.search(question).scores[0][0]


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("may i eat before my blood tests", "fast"),
        ("when can i get a flu jab", "shot"),
        ("what is the price of a missed appointment", "fees"),
        ("is my dog welcome", "yes"),
        ("wich days do you give vacinations", "shot"),
    ],
)
def test_the_passage_that_answers_comes_first(question: str, passage: str) -> None:
    assert first(question) == passage


def test_a_question_about_nothing_here_is_not_answerable() -> None:
    assert not INDEX.search("who wrote the opera about a barber").is_answerable
    assert INDEX.search("may i eat before my blood test").is_answerable


@pytest.mark.parametrize("question", ["", "?!", "the of and", "zzzz qqqq"])
def test_a_question_without_words_that_matter_finds_nothing(question: str) -> None:
    ranking = INDEX.search(question)

    assert ranking.scores == ()
    assert not ranking.is_answerable


def test_no_passages_answer_nothing() -> None:
    assert PassageIndex(()).search("when are you open").scores == ()


def test_a_practices_own_synonyms_are_heard() -> None:
    plain = PassageIndex(PASSAGES)
    taught = PassageIndex(PASSAGES, ["bloods venipuncture test"])

    assert not plain.search("may i eat before venipuncture").is_answerable or (
        plain.search("may i eat before venipuncture").best
        < taught.search("may i eat before venipuncture").best
    )
    assert first("may i eat before venipuncture", taught) == "fast"


def test_a_title_that_is_the_question_outranks_a_mention() -> None:
    index = PassageIndex(
        [
            Passage("mention", "Masks, gloves and gowns are worn by staff. Wear a mask inside."),
            Passage("asked", "It helps others.", "Should visitors wear a mask?"),
        ]
    )

    assert first("should a visitor wear a mask", index) == "asked"


def test_a_yes_answers_a_question_for_yes_or_no() -> None:
    index = PassageIndex(
        [Passage("a", "Bring the card along."), Passage("b", "Yes, bring the card along.")]
    )

    assert first("do i bring the card", index) == "b"
    assert first("where do i bring the card", index) == "a"


def test_sections_under_one_title_support_each_other() -> None:
    index = PassageIndex(
        [
            Passage("far", "Ask the nurse.", "Diet"),
            Passage("near", "Ask the nurse.", "Allergy testing"),
            Passage("sibling", "Antihistamines must be stopped a week earlier.", "Allergy testing"),
        ]
    )

    ranked = [name for name, _ in index.search("when to stop antihistamines, ask whom").scores]

    assert ranked.index("near") < ranked.index("far")


def test_the_subject_of_a_letter_counts_more_than_its_story() -> None:
    index = PassageIndex(
        [
            Passage("story", "How to reach the airport from the coast."),
            Passage("subject", "", "How is shingles treated?"),
        ]
    )
    letter = (
        "Shingles. I live with my sister, and my brother works at the airport where there are "
        "hundreds of people every day. I moved to the coast last year. What can be done?"
    )

    assert first(letter, index) == "subject"


@given(st.text(max_size=80))
def test_any_question_is_ranked_best_first(question: str) -> None:
    scores = [score for _, score in INDEX.search(question).scores]

    assert scores == sorted(scores, reverse=True)
    assert all(score >= 0 for score in scores)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("vaccinations", "vaccinated"),
        ("insured", "insurance"),
        ("allergies", "allergy"),
        ("booked", "booking"),
        ("hopping", "hop"),
    ],
)
def test_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(("one", "other"), [("rate", "rating"), ("news", "new"), ("sky", "skiing")])
def test_a_stem_is_a_beginning_of_its_word_or_nearly(one: str, other: str) -> None:
    assert stem(one)[:2] == one[:2]
    assert stem(other)[:2] == other[:2]


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=20))
def test_a_stem_is_never_longer_than_its_word(word: str) -> None:
    assert len(stem(word)) <= max(len(word), 3)


def test_a_phrase_counts_as_the_word_it_stands_for() -> None:
    assert stem("hypertension") in terms("my high blood pressure")
    assert "usa" in terms("may I enter the U.S. now")


@pytest.mark.parametrize(
    ("question", "answer", "other"),
    [
        ("what to do about a bee sting", "Wash where the bee stung.", "For bees that stung, no."),
        ("when may i swim", "Swim after the patch is off.", "Patch is off, swim."),
        ("which measures help with warts", "Some steps on common plantar warts.", "Warts, a word."),
        ("how do i get a parking permit", "Get a parking permit here.", "My parking permit here."),
    ],
)
def test_how_it_is_asked_tells_what_an_answer_says(question: str, answer: str, other: str) -> None:
    index = PassageIndex([Passage("a", other), Passage("b", answer), Passage("c", "Closed.")])

    assert first(question, index) == "b"
