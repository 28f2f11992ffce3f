"""The index in memory beside what the databases have: SQLite's FTS5 and PostgreSQL's tsvector.

    python -m benchmarks.understanding.full_text [--postgresql URL]

The same questions of the same collections (`retrieval.py`): recall in the first three places,
what one search takes, and what making the index takes. PostgreSQL is left out where none answers.
"""

import argparse
import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from time import perf_counter

import asyncpg

from benchmarks.understanding.retrieval import FIRST
from benchmarks.understanding.sources import Row, is_for_tuning, rows
from receptionist.domain.retrieval import Passage, PassageIndex

POSTGRESQL = "postgresql://postgres@127.0.0.1/postgres"
TITLE = 1.5
WORD = re.compile(r"\w+")
Search = Callable[[str], Awaitable[Sequence[str]]]
Tried = tuple[str, Callable[[Sequence[Passage]], Awaitable[Search]]]


async def in_memory(passages: Sequence[Passage]) -> Search:
    """The product's index."""
    index = PassageIndex(passages)

    async def search(question: str) -> Sequence[str]:
        return [place for place, _ in index.search(question).scores[:FIRST]]

    return search


def fts5(connection: sqlite3.Connection) -> Callable[[Sequence[Passage]], Awaitable[Search]]:
    """Any word of the question, Porter's stems, ranked by `bm25()`."""

    async def made(passages: Sequence[Passage]) -> Search:
        connection.execute("DROP TABLE IF EXISTS passages")
        connection.execute(
            "CREATE VIRTUAL TABLE passages USING fts5"
            "(id UNINDEXED, title, text, tokenize = 'porter unicode61')"
        )
        connection.executemany(
            "INSERT INTO passages VALUES (?, ?, ?)", [(p.id, p.title, p.text) for p in passages]
        )

        async def search(question: str) -> Sequence[str]:
            wanted = " OR ".join(f'"{word}"' for word in WORD.findall(question))
            found = connection.execute(
                "SELECT id FROM passages WHERE passages MATCH ? "
                "ORDER BY bm25(passages, 0, ?, 1) LIMIT ?",
                (wanted, TITLE, FIRST),
            )
            return [place for (place,) in found]

        return search

    return made


def tsvector(
    connection: asyncpg.Connection, rank: str
) -> Callable[[Sequence[Passage]], Awaitable[Search]]:
    """Any word of the question, English stems and stop words, ranked by `rank`."""

    async def made(passages: Sequence[Passage]) -> Search:
        await connection.execute("DROP TABLE IF EXISTS passages")
        await connection.execute("CREATE TEMPORARY TABLE passages (id text, words tsvector)")
        await connection.executemany(
            "INSERT INTO passages VALUES ($1, setweight(to_tsvector('english', $2), 'A') || "
            "setweight(to_tsvector('english', $3), 'B'))",
            [(p.id, p.title, p.text) for p in passages],
        )
        await connection.execute("CREATE INDEX ON passages USING gin (words)")
        find = await connection.prepare(
            "SELECT id FROM passages, to_tsquery('english', $1) wanted WHERE words @@ wanted "
            f"ORDER BY {rank}(words, wanted, 1) DESC LIMIT {FIRST}"
        )

        async def search(question: str) -> Sequence[str]:
            found = await find.fetch(" | ".join(WORD.findall(question)))
            return [row["id"] for row in found]

        return search

    return made


async def figures(tried: Sequence[Tried]) -> Sequence[str]:
    """A line for each: recall in both halves, milliseconds a question and an index."""
    passages = list(rows("retrieval/passages.jsonl"))
    asked = [row for row in rows("retrieval/queries.jsonl") if row["gold"]]
    lines = [f"{'':22} {'tuning':>7} {'unseen':>7} {'ms a question':>14} {'ms an index':>12}"]
    for name, made in tried:
        right: dict[bool, list[bool]] = {True: [], False: []}
        took, making = 0.0, []
        for collection in sorted({row["kb"] for row in asked}):
            among = [row for row in passages if row["kb"] in collection.split("+")]
            began = perf_counter()
            search = await made([Passage(r["pid"], r["text"], r["title"]) for r in among])
            making.append(perf_counter() - began)
            for row in (row for row in asked if row["kb"] == collection):
                began = perf_counter()
                found = await search(row["query"])
                took += perf_counter() - began
                right[is_for_tuning(row["qid"])].append(not set(found).isdisjoint(row["gold"]))
        lines.append(_line(name, right, 1000 * took / len(asked), 1000 * max(making), asked))
    return lines


def _line(
    name: str, right: dict[bool, list[bool]], search_ms: float, made_ms: float, asked: Sequence[Row]
) -> str:
    tuning, unseen = (sum(right[half]) / max(len(right[half]), 1) for half in (True, False))
    return f"{name:22} {tuning:7.3f} {unseen:7.3f} {search_ms:14.2f} {made_ms:12.0f}"


async def compared(url: str) -> Sequence[str]:
    """The figures of all of them."""
    with closing(sqlite3.connect(":memory:")) as memory:
        tried: list[Tried] = [("in memory", in_memory), ("FTS5 bm25", fts5(memory))]
        try:
            server = await asyncpg.connect(url)
        except OSError:
            return [*await figures(tried), f"no PostgreSQL at {url}"]
        try:
            ranks = ("ts_rank", "ts_rank_cd")
            return await figures([*tried, *((r, tsvector(server, r)) for r in ranks)])
        finally:
            await server.close()


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--postgresql", default=POSTGRESQL, metavar="URL")
    print("\n".join(asyncio.run(compared(arguments.parse_args().postgresql))))


if __name__ == "__main__":
    main()
