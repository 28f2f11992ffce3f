"""What the engine makes of lines of JSON: for looking into a call, and for evaluation."""

import io
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import typer

from receptionist.domain.understanding import understand
from receptionist.errors import InvalidArguments

NO_OBJECT = 'expected a JSON object, as {"text": "what was said"}'

Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def print_understood() -> int:
    """Print what is understood of each line of standard input; 1 when one could not be read."""
    return print_answers(standard_input(), lambda row: understand(row, datetime.now(UTC)))


def standard_input() -> Iterable[str]:
    """Lines of UTF-8, whatever the locale; bytes that are none spoil their own line only."""
    buffer = getattr(sys.stdin, "buffer", None)
    return io.TextIOWrapper(buffer, "utf-8", errors="replace") if buffer else sys.stdin


def print_answers(lines: Iterable[str], answer: Answer) -> int:
    """Print one JSON object for each line, `{}` for one that cannot be read; 1 if any could not.

    Errors go to standard error with the line's number, and without its words.
    """
    failed = False
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found = answer(_object(line))
        except InvalidArguments as exc:
            typer.echo(f"line {number}: {exc}", err=True)
            found, failed = {}, True
        typer.echo(json.dumps(found, ensure_ascii=False))
    return int(failed)


def _object(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise InvalidArguments(NO_OBJECT) from exc
    if not isinstance(row, dict):
        raise InvalidArguments(NO_OBJECT)
    return row
