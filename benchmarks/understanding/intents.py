"""What callers want, by source and by intent, beside simpler ways of telling.

    python -m benchmarks.understanding.intents [--misses N] [--shipped]

Every row is judged by a model that has not seen it: one is trained without the half for
tuning, one without the other half. `--shipped` scores the model in the product instead,
which was trained on most of these rows and says only that it was read correctly.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from unittest.mock import patch

from benchmarks.understanding.fitting import fit
from benchmarks.understanding.sources import Row, folder, is_for_tuning, rows
from benchmarks.understanding.tally import Tallies, at, report, worst
from benchmarks.understanding.training import own_phrases, public_rows
from receptionist.domain import intent_rules, intents
from receptionist.domain.linear_text import LinearText

Guess = Callable[[Row], str]
OTHERWISE = "out_of_scope"
NO_INTENTS = ("wrong", "right", "upset")
"""Rules that are hints only."""


def crossed() -> dict[bool, LinearText]:
    """Models by the half they may judge: each was trained on the other and on our own phrases."""
    ours, public = list(own_phrases()), list(public_rows(folder()))
    return {
        half: fit(
            [*ours, *(each for name, each in public if is_for_tuning(name) is not half)]
        ).model()
        for half in (True, False)
    }


def ours(row: Row) -> str:
    """The product's answer."""
    return intents.intent_of(row["text"], previous=row["prev_system"] or "")


def rules_only(row: Row) -> str:
    """The first rule that fits, without a model."""
    plain = intent_rules.plain(row["text"])
    known = [name for name in intent_rules.fitting(plain) if name not in NO_INTENTS]
    return next(iter(known), None) or intent_rules.opening(plain) or OTHERWISE


def most_frequent(_: Row) -> str:
    """Always the same."""
    return "affirm"


GUESSES: dict[str, Guess] = {
    "ours": ours,
    "rules only": rules_only,
    "most frequent": most_frequent,
}


def judged(models: dict[bool, LinearText] | None) -> tuple[Tallies, Counter[tuple[str, str]]]:
    """Every row by source and by intent, and what was taken for what."""
    tallies: Tallies = {}
    confused: Counter[tuple[str, str]] = Counter()
    all_rows = list(rows("text/intent_core.jsonl"))
    for half in (True, False):
        with _reading_with(models[half]) if models else nullcontext():
            for row in all_rows:
                if is_for_tuning(row["id"]) is half:
                    _count(tallies, row, half)
                    given = ours(row)
                    if given not in row["gold"]:
                        confused[row["gold"][0], given] += 1
    return tallies, confused


@contextmanager
def _reading_with(model: LinearText) -> Iterator[None]:
    intents.hear.cache_clear()
    with patch.object(intents, "_model", lambda: model):
        yield
    intents.hear.cache_clear()


def _count(tallies: Tallies, row: Row, half: bool) -> None:
    for name, guess in GUESSES.items():
        given = guess(row)
        previous = f" after {row['prev_system'][-60:]!r}" if row["prev_system"] else ""
        miss = f"{row['text'][:90]!r}{previous}: {given}, expected {' or '.join(row['gold'])}"
        right = given in row["gold"]
        at(tallies, f"{name}, by source", row["src"], tuning=half).count(right=right)
        if name == "ours":
            for intent in row["gold"]:
                at(tallies, "ours, by intent", intent, tuning=half).count(right=right, miss=miss)


def figures(tallies: Tallies, confused: Counter[tuple[str, str]]) -> Iterable[str]:
    """The two figures no table shows."""
    for half in ("tuning", "unseen"):
        tally = tallies["ours, by intent", OTHERWISE, half]
        yield f"out of scope, accepted wrongly, {half}: {1 - tally.accuracy:.3f}"
    yield "taken for something else, both halves:"
    yield from (f"  {n:3} {gold} for {given}" for (gold, given), n in confused.most_common(15))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures, and the misses of the half that is for tuning."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", type=int, default=0, metavar="N")
    parser.add_argument("--shipped", action="store_true")
    wanted = parser.parse_args(arguments)
    tallies, confused = judged(None if wanted.shipped else crossed())
    print("\n".join([*report(tallies), *figures(tallies, confused)]))
    if wanted.misses:
        print("\n".join(worst(tallies, wanted.misses)))


if __name__ == "__main__":
    main()
