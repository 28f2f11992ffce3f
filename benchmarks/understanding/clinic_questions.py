"""How callers ask what the example practice has written down, and what it has not.

The sentences are ours (`clinic_questions.txt`), written to be asked of the approved
answers in `examples/`; they say less about strangers than the public questions do.
"""

from pathlib import Path

from benchmarks.understanding.sources import is_for_tuning
from benchmarks.understanding.tally import Tallies, at
from receptionist.domain.faq_match import best_faq
from receptionist.practice_file import load_practice

QUESTIONS = Path(__file__).with_name("clinic_questions.txt")
EXAMPLE = Path(__file__).parents[2] / "examples" / "maple-street.yaml"
UNKNOWN = "none"


def approved_answers() -> Tallies:
    """Whether each question found its answer, and the others none."""
    tallies: Tallies = {}
    practice = load_practice(EXAMPLE.read_text(encoding="utf-8"), source=EXAMPLE.name)
    for approved, question in _asked():
        found = best_faq(question, practice.faqs, practice.synonyms)
        given = found.question if found else UNKNOWN
        kind = "not written down" if approved == UNKNOWN else "approved"
        at(tallies, "ours, approved answers", kind, tuning=is_for_tuning(question)).count(
            right=given == approved, miss=f"{question!r}: {given!r}, expected {approved!r}"
        )
    return tallies


def _asked() -> list[tuple[str, str]]:
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    rows = [line.split(": ", 1) for line in lines if line and not line.startswith("#")]
    return [(approved, each) for approved, several in rows for each in several.split(" | ")]
