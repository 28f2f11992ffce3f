"""Who is calling: names introduced, answered and spelled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receptionist.domain.spoken_names import SpokenName, find_name, read_name

ASKED = ("name",)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("my name is Anna Smith", "Anna Smith"),
        ("Hi, this is Anna Smith calling about my bill", "Anna Smith"),
        ("I'm John Baker and I need an appointment", "John Baker"),
        ("it's under the name of Maria Lopez", "Maria Lopez"),
        ("the booking is in the name of Tom O'Brien", "Tom O'Brien"),
        ("Anna Smith speaking", "Anna Smith"),
        ("Anna Smith is my name", "Anna Smith"),
        ("call me Bob", "Bob"),
        ("my name is anna smith", "Anna Smith"),
    ],
)
def test_an_introduction_names_the_caller(said: str, name: str) -> None:
    assert find_name(said) == name


@pytest.mark.parametrize(
    "said",
    [
        "I'm calling about my bill",
        "this is urgent",
        "I'm not sure",
        "I am having a headache",
        "it's for tomorrow",
        "that's fine",
        "I'm looking for a dentist",
        "",
    ],
)
def test_what_only_begins_like_an_introduction_is_none(said: str) -> None:
    assert find_name(said) is None


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Anna Smith", "Anna Smith"),
        ("um, it's Anna Smith", "Anna Smith"),
        ("yes, Anna, Anna Smith", "Anna"),
        ("anna smith please", "Anna Smith"),
        ("Cheryl Day", "Cheryl Day"),
        ("Shane Mc Donald", "Shane McDonald"),
        ("sinead o connor", "Sinead O'Connor"),
        ("Anna, no sorry, Hannah Baker", "Hannah Baker"),
        ("it's for my son Tom Baker", "Tom Baker"),
    ],
)
def test_an_answer_is_a_name(said: str, name: str) -> None:
    assert find_name(said, expected=True) == name


@pytest.mark.parametrize(
    "said", ["yes", "um", "what do you mean", "one moment please", "hold on", "no"]
)
def test_an_answer_that_names_nobody_is_none(said: str) -> None:
    assert find_name(said, expected=True) is None


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("m a n d y s u t t o n", "Mandy Sutton"),
        ("Alpha November November Alpha", "Anna"),
        ("a for apple n for nut n a", "Anna"),
        ("John Smyth s m i t h", "John Smith"),
        ("Anna s m i t h", "Anna Smith"),
        ("r o double s", "Ross"),
        ("J o h n space S m i t h", "John Smith"),
    ],
)
def test_a_spelled_name_is_put_together(said: str, name: str) -> None:
    found = read_name(said, asked=ASKED)

    assert found is not None
    assert found.whole.casefold() == name.casefold()


def test_first_and_last_name_can_be_told_apart() -> None:
    assert read_name("first name Nikki, last name Smith") == SpokenName("Nikki", "Smith")
    assert read_name("Smith is my last name") == SpokenName("", "Smith")
    assert read_name("Smith", asked=("last_name",)) == SpokenName("", "Smith")


@given(st.text(max_size=300), st.sampled_from([(), ("name",), ("last_name",)]))
def test_whatever_is_said_it_never_raises(text: str, asked: tuple[str, ...]) -> None:
    found = read_name(text, asked=asked)

    assert found is None or found.whole
