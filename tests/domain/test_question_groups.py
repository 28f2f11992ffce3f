"""Questions that ask for the same are one group, and nobody's name stays in them."""

import pytest

from receptionist.domain.question_groups import grouped, impersonal


def test_questions_in_other_words_are_one_group_the_largest_first() -> None:
    asked = [
        "Do you sell sunscreen?",
        "Do you have a changing table for babies?",
        "Is there a changing table for a baby?",
        "I'd like to know whether you have a baby changing table",
    ]

    groups = grouped(asked)

    assert [group.places for group in groups] == [(1, 2, 3), (0,)]
    assert groups[0].question == asked[1]


def test_questions_without_a_telling_word_keep_to_themselves() -> None:
    assert len(grouped(["?", "...", "Do you sell sunscreen?"])) == 2
    assert grouped([]) == []


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("My name is Ana Souza and do you sell sunscreen?", "Do you sell sunscreen?"),
        ("Hi, this is Robert Hale, can I bring my dog?", "Can I bring my dog?"),
        ("my name is ana do you validate parking", "Do you validate parking"),
        ("Can you text me at 212-555-0177 about it?", "Can you text me at … about it?"),
        ("Can you write to ana@example.com?", "Can you write to …"),
        ("Is this a children's clinic?", "Is this a children's clinic?"),
        ("This is urgent, do you do x-rays?", "This is urgent, do you do x-rays?"),
        ("do you take blue cross 2000", "Do you take blue cross …"),
    ],
)
def test_what_tells_who_asked_is_left_out(said: str, kept: str) -> None:
    assert impersonal(said) == kept
