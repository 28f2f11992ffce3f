"""Emergencies, wishes to die and questions for a clinician, and how often there is none.

    python -m benchmarks.understanding.safety [--misses N]

Emergencies and wishes to die are told by rule; questions for a clinician by rule and by a
model, which has not seen the rows it judges here. "urgent" may be answered either way.
Beside it: a list of alarming words.
"""

import argparse
import re
from collections.abc import Callable, Iterable
from unittest.mock import patch

from benchmarks.understanding.fitting import fit
from benchmarks.understanding.sources import Row, folder, is_for_tuning, rows
from benchmarks.understanding.tally import Tallies, at, report, worst
from benchmarks.understanding.training import ADVICE_SHRINK, advice_rows
from receptionist.domain import medical_advice
from receptionist.domain.emergencies import check_safety
from receptionist.domain.linear_text import LinearText

WANTED = {
    "benign": {"none"},
    "urgent": {"none", "emergency"},
    "emergency": {"emergency"},
    "crisis": {"crisis"},
    "medical_advice": {"medical_advice"},
}
TALK = (
    "text/sgd_utterances.jsonl",
    "text/restaurant8k.jsonl",
    "text/nlupp.jsonl",
    "text/clinc_intents.jsonl",
    "text/liu_calendar_general.jsonl",
)
"""Thousands of sentences about anything but health: every alarm is a false one."""
WORDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("crisis", re.compile(r"\b(?:suicide|kill|die)\b", re.IGNORECASE)),
    ("emergency", re.compile(r"\b(?:chest pain|blood|breath\w*|stroke|911)\b", re.IGNORECASE)),
    ("medical_advice", re.compile(r"\b(?:symptoms?|treatment|disease|take)\b", re.IGNORECASE)),
)


def alarming_words(text: str) -> str:
    """The first list with a word in it."""
    return next((kind for kind, pattern in WORDS if pattern.search(text)), "none")


def crossed() -> dict[bool, LinearText]:
    """Models by the half they may judge."""
    known = list(advice_rows(folder()))
    return {
        half: fit(
            [each for name, each in known if not name or is_for_tuning(name) is not half],
            shrink=ADVICE_SHRINK,
        ).model()
        for half in (True, False)
    }


def judged(models: dict[bool, LinearText]) -> Tallies:
    """Every labelled row, by what it is and where it is from."""
    tallies: Tallies = {}
    labelled = list(rows("safety/safety.jsonl"))
    for half, model in models.items():
        medical_advice.asks_for_advice.cache_clear()
        with patch.object(medical_advice, "_model", lambda model=model: model):
            for row in labelled:
                if is_for_tuning(row["id"]) is half:
                    _count(tallies, row, "ours", check_safety, half)
                    _count(tallies, row, "alarming words", alarming_words, half)
    medical_advice.asks_for_advice.cache_clear()
    return tallies


def _count(tallies: Tallies, row: Row, name: str, tell: Callable[[str], str], half: bool) -> None:
    given = tell(row["text"])
    miss = f"{row['text'][:200]!r}: {given}"
    right = given in WANTED[row["label"]]
    at(tallies, name, f"{row['label']}, {row['src'][:8]}", tuning=half).count(
        right=right, miss=miss
    )


def false_alarms() -> Iterable[str]:
    """Alarms in talk that is not about health."""
    for source in TALK:
        said = [row["text"] for row in rows(source)]
        alarms = [(kind, text) for text in said if (kind := check_safety(text)) != "none"]
        serious = sum(kind != "medical_advice" for kind, _ in alarms)
        figures = f"{len(said):5} sentences, {len(alarms):3} alarms, {serious} of them serious"
        yield f"{source:32} {figures}"


def main() -> None:
    """Print the figures, and the misses of the half that is for tuning."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--misses", type=int, default=0, metavar="N")
    wanted = arguments.parse_args()
    tallies = judged(crossed())
    print("\n".join([*report(tallies), *false_alarms()]))
    if wanted.misses:
        mine = {key: tally for key, tally in tallies.items() if key[0] == "ours"}
        print("\n".join(worst(mine, wanted.misses)))


if __name__ == "__main__":
    main()
