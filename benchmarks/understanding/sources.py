"""The evaluation data, and which half of it is for tuning.

Read from ../shared/data beside the project, or from $EVALUATION_DATA.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Row = dict[str, Any]
CLOCK = datetime(2021, 11, 1, 9, tzinfo=UTC)
"""Now, where a row tells no other: the year in which most of these sets were published."""


def folder() -> Path:
    """Where the evaluation data is."""
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    return Path(os.environ.get("EVALUATION_DATA", beside))


def rows(name: str) -> Iterator[Row]:
    """The rows of one JSON-lines file, as "text/nlupp.jsonl"."""
    with (folder() / name).open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def is_for_tuning(key: str) -> bool:
    """Whether a row is in the half that may be looked at; of the other only scores are seen."""
    return hashlib.sha256(f"half{key}".encode()).digest()[0] % 2 == 0
