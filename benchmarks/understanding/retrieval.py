"""Finding the passage that answers a question, and knowing when none does.

    python -m benchmarks.understanding.retrieval [--misses N]

Each question is asked of its own collection and of all of them together, beside two
baselines: how many words are shared, and BM25 over whole words.
"""

import argparse
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from benchmarks.understanding.clinic_questions import approved_answers
from benchmarks.understanding.sources import Row, is_for_tuning, rows
from benchmarks.understanding.tally import Tallies, at, report, worst
from receptionist.domain.retrieval import THRESHOLD, Passage, PassageIndex

FIRST = 3
WORD = re.compile(r"[a-z0-9]+")
Ranked = Sequence[tuple[str, float]]
Search = Callable[[str], Ranked]


def ours(passages: Sequence[Passage]) -> Search:
    """The product's index."""
    index = PassageIndex(passages)
    return lambda question: index.search(question).scores


def shared_words(passages: Sequence[Passage]) -> Search:
    """How many words of the question a passage has."""
    held = [(each.id, frozenset(_words(f"{each.title} {each.text}"))) for each in passages]

    def search(question: str) -> Ranked:
        asked = frozenset(_words(question))
        scores = ((name, len(asked & found) / max(len(asked), 1)) for name, found in held)
        return sorted(scores, key=lambda item: (-item[1], item[0]))

    return search


def plain_bm25(passages: Sequence[Passage]) -> Search:
    """BM25 over whole words, without stems, synonyms or stop words."""
    counts = [(each.id, Counter(_words(f"{each.title} {each.text}"))) for each in passages]
    mean = sum(count.total() for _, count in counts) / len(counts)
    found_in = Counter(word for _, count in counts for word in count)

    def score(asked: Iterable[str], count: Counter[str]) -> float:
        norm = 1.2 * (0.25 + 0.75 * count.total() / mean)
        return sum(
            math.log(1 + (len(counts) - found_in[word] + 0.5) / (found_in[word] + 0.5))
            * count[word]
            * 2.2
            / (count[word] + norm)
            for word in asked
            if word in count
        )

    def search(question: str) -> Ranked:
        asked = frozenset(_words(question))
        size = math.sqrt(max(len(asked), 1)) * math.log(len(counts) + 1)
        scores = ((name, score(asked, count) / size) for name, count in counts)
        return sorted(scores, key=lambda item: (-item[1], item[0]))

    return search


SEARCHES: tuple[tuple[str, Callable[[Sequence[Passage]], Search], float], ...] = (
    ("ours", ours, THRESHOLD),
    ("shared words", shared_words, 0.7),
    ("plain bm25", plain_bm25, 0.6),
)
"""What is compared, and from which score each takes a question to be answerable."""


def found() -> Tallies:
    """Recall in the first three places, and whether a question was known to have an answer."""
    tallies: Tallies = {}
    passages, questions = (
        list(rows("retrieval/passages.jsonl")),
        list(rows("retrieval/queries.jsonl")),
    )
    for pool in ("own", "whole"):
        for name, search_of, threshold in SEARCHES:
            for row, ranked in _asked(pool, search_of, passages, questions):
                _count_place(tallies, f"{name}, {pool} pool", row, ranked)
                _count_answerable(tallies, f"answerable: {name}, {pool}", row, ranked, threshold)
    return tallies


def _asked(
    pool: str,
    search_of: Callable[[Sequence[Passage]], Search],
    passages: Sequence[Row],
    questions: Sequence[Row],
) -> Iterable[tuple[Row, Ranked]]:
    for collection in sorted({row["kb"] for row in questions}):
        among = [row for row in passages if pool == "whole" or row["kb"] in collection.split("+")]
        search = search_of([Passage(row["pid"], row["text"], row["title"]) for row in among])
        yield from ((row, search(row["query"])) for row in questions if row["kb"] == collection)


def _count_place(tallies: Tallies, name: str, row: Row, ranked: Ranked) -> None:
    if not row["gold"]:
        return
    first = [place for place, _ in ranked[:FIRST]]
    right = bool(set(first) & set(row["gold"]))
    miss = f"{row['query'][:100]!r}: {first}, expected {row['gold']}"
    at(tallies, name, row["kb"], tuning=is_for_tuning(row["qid"])).count(right=right, miss=miss)


def _count_answerable(
    tallies: Tallies, name: str, row: Row, ranked: Ranked, threshold: float
) -> None:
    best = ranked[0][1] if ranked else 0.0
    has_answer = bool(row["gold"])
    right = (best >= threshold) == has_answer
    miss = f"{row['query'][:100]!r}: {best:.2f}"
    kind = "answerable" if has_answer else "not"
    at(tallies, name, kind, tuning=is_for_tuning(row["qid"])).count(right=right, miss=miss)


def balanced(tallies: Tallies) -> Iterable[str]:
    """The mean of the shares of both kinds that were told apart."""
    for name in sorted({name for name, _, _ in tallies if name.startswith("answerable")}):
        shares = {
            half: sum(tallies[name, kind, half].accuracy for kind in ("answerable", "not")) / 2
            for half in ("tuning", "unseen")
        }
        yield f"{name:40} balanced: tuning {shares['tuning']:.3f}, unseen {shares['unseen']:.3f}"


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold())


def main() -> None:
    """Print the figures, and the misses of the half that is for tuning."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--misses", type=int, default=0, metavar="N")
    wanted = arguments.parse_args()
    tallies = found() | approved_answers()
    print("\n".join([*report(tallies), *balanced(tallies)]))
    if wanted.misses:
        mine = {key: tally for key, tally in tallies.items() if "ours" in key[0]}
        print("\n".join(worst(mine, wanted.misses)))


if __name__ == "__main__":
    main()
