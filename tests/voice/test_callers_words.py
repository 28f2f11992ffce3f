"""Words put together from what a recogniser repeats."""

from hypothesis import given, settings
from hypothesis import strategies as st

from receptionist.voice.callers_words import CallersWords


def test_partials_are_replaced_and_finals_stay() -> None:
    words = CallersWords()

    words.add_partial("I need", 0.9)
    words.add_partial("I need a", 0.9)
    words.add_final("I need a visit", 0.9)
    words.add_partial("on", 0.9)

    assert words.text == "I need a visit on"


def test_the_whole_turn_brings_only_what_its_finals_did_not() -> None:
    words = CallersWords()
    words.add_final("I need a visit", 0.9)

    assert words.unknown("I need a visit") == ""
    assert words.unknown("I need a visit on Tuesday") == "on Tuesday"
    assert words.unknown("visit on Tuesday") == "on Tuesday"
    assert words.unknown("goodbye") == "goodbye"


def test_the_late_final_of_a_turn_that_was_taken_brings_only_its_new_words() -> None:
    words = CallersWords()
    words.add_partial("I need a visit", 0.9)
    words.take()

    late = words.fresh("I need a visit on Tuesday")
    words.settle()

    assert late == "on Tuesday"
    assert words.fresh("I need a visit") == "I need a visit"


def test_the_end_of_a_turn_that_was_taken_brings_only_its_new_words() -> None:
    words = CallersWords()
    words.add_final("I need", 0.9)
    words.add_partial("a visit", 0.9)
    words.take()

    before = words.unknown("I need a visit on Tuesday")
    words.end_turn()

    assert before == "on Tuesday"
    assert words.unknown("I need a visit") == "I need a visit"


def test_a_turn_that_was_not_over_comes_back_in_front() -> None:
    words = CallersWords()
    words.add_final("I need a visit", 0.9)
    words.take()

    words.untake()
    words.add_final("on Tuesday", 0.9)

    assert words.text == "I need a visit on Tuesday"


def test_an_unfinished_part_that_comes_back_is_replaced_by_its_final() -> None:
    words = CallersWords()
    words.add_partial("book chew day", 0.9)
    words.take()

    words.untake()
    words.add_final(words.fresh("book Tuesday"), 0.9)

    assert words.text == "book Tuesday"


def test_a_turn_that_was_answered_does_not_come_back() -> None:
    words = CallersWords()
    words.add_final("I need a visit", 0.9)
    words.take()

    words.close()
    words.untake()

    assert words.text == ""


def test_keyed_digits_come_behind_words_that_are_not_final_yet() -> None:
    words = CallersWords()
    words.add_partial("my number is", 0.9)

    words.append("5550100")

    assert words.text == "my number is 5550100"
    assert words.fresh("my number is") == ""


def test_one_clear_word_does_not_vouch_for_ten_that_were_guessed() -> None:
    words = CallersWords()
    words.add_final("one two three four five six seven eight nine ten", 0.2)
    words.add_final("um", 1.0)

    assert words.confidence < 0.3


def test_one_guess_does_not_void_a_clear_sentence() -> None:
    words = CallersWords()
    words.add_final("uh", 0.1)
    words.add_final("I need a visit on Tuesday", 0.9)

    assert words.confidence > 0.7


@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=30), st.integers(0, 29))
def test_wherever_a_turn_is_taken_the_rest_is_the_next_turn(
    finals: list[bool], taken_at: int
) -> None:
    """A recogniser says w0, then w0 w1, and so on; True: what it has is final now."""
    words, part, texts = CallersWords(), list[str](), list[str]()
    for number, final in enumerate(finals):
        part.append(f"w{number}")
        add = words.add_final if final else words.add_partial
        if fresh := words.fresh(" ".join(part)):
            add(fresh, 0.9)
        if final:
            words.settle()
            part.clear()
        if number == taken_at:
            texts.append(words.take())

    texts.append(words.text)

    assert " ".join(texts).split() == [f"w{number}" for number in range(len(finals))]
