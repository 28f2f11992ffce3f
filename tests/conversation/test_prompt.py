"""The system prompt."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from receptionist.conversation.prompt import practice_prompt, system_prompt
from receptionist.domain.practice import Faq
from tests.conversation.fakes import FACTS, PRACTICE


def test_it_holds_the_practices_facts() -> None:
    prompt = system_prompt(FACTS)

    for fact in (
        "Check-up, 30 minutes, with Dr. Lee",
        "Monday: 08:30 to 17:00",
        "Sunday: closed",
        "It is Monday 2026-03-09, 10:00",
        "tomorrow 2026-03-10",
        "+15550199",
        "call 911 at once",
        "The practice is open now.",
    ):
        assert fact in prompt


def test_braces_and_dollars_in_a_practices_words_stay_as_they_are() -> None:
    prompt = system_prompt(FACTS)

    assert "Maple {Street} $Clinic" in prompt
    assert "Behind {the} building, $5 a day." in prompt


def test_what_changes_comes_after_what_does_not() -> None:
    later = replace(FACTS, now=FACTS.now + timedelta(minutes=7), caller_number=None)

    assert system_prompt(FACTS).startswith(practice_prompt(PRACTICE))
    assert system_prompt(later).startswith(practice_prompt(PRACTICE))


def test_a_holiday_is_closed() -> None:
    closed = replace(PRACTICE, closed=frozenset({date(2026, 3, 9)}))

    assert "closed today" in system_prompt(replace(FACTS, practice=closed))


def test_a_known_number_is_not_taken_for_a_known_person() -> None:
    assert "say no name" in system_prompt(replace(FACTS, called_before=True))
    assert "say no name" not in system_prompt(FACTS)


def test_without_a_number_to_ring_no_person_is_promised() -> None:
    alone = replace(PRACTICE, transfer_number=None)

    assert "No person can be put through" in practice_prompt(alone)


@given(st.text(), st.text())
def test_no_text_of_a_practice_breaks_it(question: str, answer: str) -> None:
    practice = replace(PRACTICE, name=question, faqs=(Faq(question, answer),))

    assert practice_prompt(practice).endswith("Right now\n")


def test_a_changed_practice_has_a_prompt_of_its_own() -> None:
    before = practice_prompt(PRACTICE)

    renamed = practice_prompt(replace(PRACTICE, name="Elm Street Surgery"))

    assert "Elm Street Surgery" in renamed
    assert practice_prompt(PRACTICE) is before
