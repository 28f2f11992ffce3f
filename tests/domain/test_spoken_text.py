"""Written text as a person would say it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receptionist.domain.spoken_text import speakable


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("We open at 8:30 AM.", "We open at eight thirty A M."),
        ("until 5 PM, or 5pm", "until five P M, or five P M"),
        ("at 8:00 a.m. on the 24th", "at eight A M on the twenty-fourth"),
        ("14:30", "two thirty P M"),
        ("8:00", "eight o'clock"),
        ("10:05", "ten oh five"),
        ("2026-03-09T14:30", "March ninth, twenty twenty-six at two thirty P M"),
        ("on 3/9/2026", "on March ninth, twenty twenty-six"),
        ("25/12/2026", "December twenty-fifth, twenty twenty-six"),
        ("March 9th at 10", "March ninth at ten"),
        ("Call 555-0100.", "Call five five five, zero one zero zero."),
        ("+15550100", "plus one, five five five, zero one zero zero"),
        ("It costs $45.50.", "It costs forty-five dollars and fifty cents."),
        ("$1,200 or $1", "one thousand two hundred dollars or one dollar"),
        ("Dr. Lee at 12 Maple St.", "Doctor Lee at twelve Maple Street."),
        ("St. Mary's", "Saint Mary's"),
        ("appt for 30 min", "appointment for thirty minutes"),
        ("**Bold** and _it_ 😀", "Bold and it"),
        ("- one\n- two", "one. two"),
        ("# Hours\nNine to five.", "Hours. Nine to five."),
        ("[here](https://example.com)", "here"),
        ("see https://www.maple.com/book, ok", "see maple dot com slash book, ok"),
        ("info@maple-clinic.com", "info at maple dash clinic dot com"),
        ("Tom & Jerry, 50%", "Tom and Jerry, fifty percent"),
        ("9-5", "nine to five"),
        ("Mon-Fri 9am-5pm", "Monday to Friday nine A M to five P M"),
        ("8:30-12:00", "eight thirty to twelve o'clock"),
        ("3.5 of 100", "three point five of one hundred"),
        ("no problem, sat down in may", "no problem, sat down in may"),
        ("", ""),
        ("***", ""),
    ],
)
def test_it_is_said_as_a_person_would(written: str, said: str) -> None:
    assert speakable(written) == said


def test_day_and_month_follow_the_language() -> None:
    assert speakable("3/9/2026", language="en-GB").startswith("September third")


def test_another_language_keeps_its_numbers() -> None:
    assert speakable("**A las 8:30**", language="es") == "A las 8:30"


@given(st.text())
def test_it_never_raises_and_leaves_no_markdown(text: str) -> None:
    said = speakable(text)

    assert not set(said) & set("*_`~#|<>[]{}\\")
    assert "\n" not in said


@given(st.from_regex(r"[0-9$:/.,+\- apmT%&@#()]{0,30}", fullmatch=True))
def test_it_never_raises_on_figures(text: str) -> None:
    speakable(text)


PLAIN = ["yes", "the", "doctor", "is", "in", "today", "and", "you", "may", "come", "by"]


@given(st.lists(st.sampled_from(PLAIN)))
def test_plain_words_stay_as_they_are(said: list[str]) -> None:
    text = " ".join(said)

    assert speakable(text) == text
    assert speakable(speakable(text)) == text


SHORTENED = [
    "Dr",
    "dr.",
    "St",
    "Mr",
    "mrs",
    "Ave",
    "Rd",
    "appt",
    "etc.",
    "Sat.",
    "Mon",
    "vs",
    "Sun",
]


@given(
    st.lists(st.sampled_from([*PLAIN, "it's", "no,", "Main"]), max_size=2),
    st.sampled_from(SHORTENED),
    st.sampled_from(["", ".", "!", " Lee", " today.", ", please"]),
)
def test_a_sentence_is_said_the_same_whether_or_not_a_figure_is_before_it(
    before: list[str], shortened: str, after: str
) -> None:
    """One of plain words is not looked at further; with a figure in it every rule is tried."""
    text = " ".join([*before, shortened]) + after

    assert speakable(f"7 {text}") == f"seven {speakable(text)}"
