"""A turn's time is told apart: what vendors took, and what we did."""

from benchmarks.load.shares import shares
from benchmarks.load.vendors import REFERENCE, FirstSentence, reference
from receptionist.domain.spoken_text import speakable
from receptionist.line.report import Answer


def test_what_lies_between_two_vendors_is_ours() -> None:
    said = reference(7, 2)
    answers = [Answer(f"Please make a note of {said}.", 10.0, 10.5)]
    notes = [("final", said, 10.3), ("asked", said, 10.35), ("voiced", said, 10.45)]

    found = shares(answers, notes)

    assert found["our share"].figures()["p50"] == 200
    assert found["end of speech to final words"].figures()["p50"] == 300
    assert found["whole turn"].figures()["p50"] == 500


def test_a_turn_whose_steps_were_not_all_seen_is_left_out() -> None:
    answers = [Answer(reference(1, 1), 1.0, 2.0), Answer("Goodbye.", 3.0, 4.0)]

    assert not shares(answers, [("final", reference(1, 1), 1.3)])


def test_a_reference_is_read_out_as_it_is() -> None:
    assert REFERENCE.findall(speakable(f"a note of {reference(120, 33)}.")) == [reference(120, 33)]


def test_what_the_model_takes_is_not_ours_however_late_it_is_asked_again() -> None:
    said = reference(7, 2)
    answers = [Answer(f"Please make a note of {said}.", 10.0, 11.0)]
    notes = [
        ("final", said, 10.2),
        ("asked", said, 10.21),
        ("final", said, 10.3),
        ("asked", said, 10.31),
        ("answered", said, 10.71),
        ("voice asked", said, 10.73),
        ("voiced", said, 10.85),
    ]

    found = shares(answers, notes)

    assert found["model thinks"].figures()["p50"] == 400
    assert found["voice takes"].figures()["p50"] == 120
    assert found["our share"].figures()["p50"] == 180


def test_a_model_has_answered_when_its_first_sentence_is_known_to_be_whole() -> None:
    told: list[str] = []
    for pieces in (["", "I hav", "e it", ". So", "me"], ["One sentence", ".", ""]):
        said: list[str] = []
        first = FirstSentence(lambda said=said: told.append("".join(said)))  # type: ignore[misc]
        for piece in pieces:
            said.append(piece)
            first(piece)

    assert told == ["I have it. So", "One sentence."]
