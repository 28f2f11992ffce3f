"""`retrieve`: which passages the embedded search finds for each question."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from receptionist.commands.inspection import print_answers
from receptionist.domain.retrieval import Passage, PassageIndex
from receptionist.errors import ConfigurationError, InvalidArguments, UnreadableFile

MOST_PASSAGES = 20
NO_PASSAGE = 'expected {"id": …, "title"?: "…", "text": "…"}'
NO_QUESTION = 'expected {"id": …, "question": "…"}'


def print_retrieved(passages: Path, questions: Iterable[str], synonyms: Path | None) -> int:
    """Print what is found for each question; 1 when a line could not be read.

    Raises `ConfigurationError` with every passage that is none.
    """
    rows = _passages(passages)
    index = PassageIndex(
        [
            Passage(str(place), row["text"], str(row.get("title") or ""))
            for place, row in enumerate(rows)
        ],
        _lines(synonyms) if synonyms else (),
    )

    def answer(row: Mapping[str, Any]) -> Mapping[str, Any]:
        if "id" not in row or not isinstance(row.get("question"), str):
            raise InvalidArguments(NO_QUESTION)
        ranking = index.search(row["question"])
        best = [
            {"id": rows[int(place)]["id"], "score": round(score, 3)}
            for place, score in ranking.scores[:MOST_PASSAGES]
        ]
        return {"id": row["id"], "passages": best, "answerable": ranking.is_answerable}

    return print_answers(questions, answer)


def _passages(file: Path) -> list[dict[str, Any]]:
    numbered = [(number, line) for number, line in enumerate(_lines(file), 1) if line.strip()]
    read = [(number, _passage(line)) for number, line in numbered]
    wrong = [f"{file}, line {number}: {NO_PASSAGE}" for number, row in read if row is None]
    if wrong:
        raise ConfigurationError(wrong)
    return [row for _, row in read if row is not None]


def _passage(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    is_passage = isinstance(row, dict) and "id" in row and isinstance(row.get("text"), str)
    return row if is_passage else None


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise UnreadableFile(f"{file}: cannot be read as a text file") from exc
