"""A question is answered with a document's own sentence, or not at all."""

import pytest

from receptionist.domain.document_answers import MOST_WORDS, document_answer, passages_of
from receptionist.domain.practice import Document, Synonyms

BLOOD = Document(
    "Blood test",
    """# Before
Eat nothing for eight hours before a fasting test. Water is fine. Take your usual tablets unless the
doctor has told you otherwise, and wear a shirt with wide sleeves.

# Afterwards
Press on the place for five minutes. Results are sent to your doctor within three working days.
""",
)
GUIDE = Document(
    "Practice guide",
    """Getting here
The number 12 bus stops outside the door. There is a bicycle rack in the yard.

Complaints
Write to the practice manager, who answers within ten working days.
""",
)
DOCUMENTS = (BLOOD, GUIDE)


@pytest.mark.parametrize(
    ("question", "beginning"),
    [
        ("can I drink water before the fasting test", "Eat nothing for eight hours"),
        ("is there a rack for my bicycle", "There is a bicycle rack"),
        ("how do I make a complaint to the practice manager", "Write to the practice manager"),
        ("how long until the results of my blood test", "Results are sent to your doctor"),
    ],
)
def test_the_sentence_that_answers_is_said(question: str, beginning: str) -> None:
    answer = document_answer(question, DOCUMENTS)

    assert answer is not None
    assert beginning in answer
    assert any(answer in " ".join(each.text.split()) for each in DOCUMENTS)


@pytest.mark.parametrize(
    "question", ["do you sell gift cards", "where is the bus to london", "is the doctor nice", ""]
)
def test_what_no_document_says_has_no_answer(question: str) -> None:
    assert document_answer(question, DOCUMENTS) is None
    assert document_answer(question, ()) is None


def test_the_practices_own_words_find_it() -> None:
    question = "have you got a rack for my velo"

    assert document_answer(question, DOCUMENTS) is None
    found = document_answer(question, DOCUMENTS, (Synonyms("bicycle", ("velo", "push bike")),))
    assert found is not None
    assert found.startswith("There is a bicycle rack")


def test_passages_are_paragraphs_under_their_headings() -> None:
    assert [(each.title, each.text.partition(" ")[0]) for each in passages_of(DOCUMENTS)] == [
        ("Blood test. Before", "Eat"),
        ("Blood test. Afterwards", "Press"),
        ("Practice guide. Getting here", "The"),
        ("Practice guide. Complaints", "Write"),
    ]


def test_a_long_paragraph_is_cut_between_sentences_and_nothing_is_lost() -> None:
    text = " ".join(f"This is sentence number {count} of a long leaflet." for count in range(60))

    found = passages_of([Document("Leaflet", text)])

    assert " ".join(each.text for each in found) == text
    assert len(found) > 1
    assert all(len(each.text.split()) <= MOST_WORDS for each in found)
    assert all(each.text.endswith(".") for each in found)
