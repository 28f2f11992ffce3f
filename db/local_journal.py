"""A file of this process that keeps what the database cannot take just now.

Another process reads it when its owner died: the lock says whether it did. What it
holds may be written twice and is harmless the second time.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO
from uuid import uuid4

import structlog

from db.journal_entries import Entry

log = structlog.get_logger()

SUFFIX = ".jsonl"
TIME = "$time"


class LocalJournal:
    """Entries as lines, readable by their owner only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: TextIO | None = None
        self._path: Path | None = None
        self._left_over: list[tuple[Path, TextIO]] = []

    def append(self, entries: Iterable[Entry]) -> None:
        """Keep them. Handed to the system at once: they outlive this process."""
        lines = "".join(f"{_line(entry)}\n" for entry in entries)
        if lines:
            file = self._opened()
            file.write(lines)
            file.flush()

    def clear(self) -> None:
        """Everything in it, and in what dead processes left, is in the database."""
        if self._file is not None:
            self._file.seek(0)
            self._file.truncate()
        for path, file in self._left_over:
            path.unlink(missing_ok=True)
            file.close()
        self._left_over.clear()

    def left_over(self) -> list[Entry]:
        """What processes that have died could not write. They stay until `clear`."""
        found: list[Entry] = []
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            if path == self._path:
                continue
            file = path.open("r+", encoding="utf-8")
            if _lock(file):
                found += _entries(file)
                self._left_over.append((path, file))
            else:
                file.close()
        return found

    def close(self) -> None:
        """An empty file goes; one with something in it is left for another process."""
        for _, file in self._left_over:
            file.close()
        self._left_over.clear()
        if self._file is None or self._path is None:
            return
        if self._path.stat().st_size == 0:
            self._path.unlink()
        self._file.close()
        self._file = None

    def _opened(self) -> TextIO:
        if self._file is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path = self._folder / f"{uuid4().hex}{SUFFIX}"
            descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
            self._file = os.fdopen(descriptor, "a", encoding="utf-8")
            _lock(self._file)
        return self._file


def _lock(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _line(entry: Entry) -> str:
    body = {name: _plain(value) for name, value in entry.body.items()}
    return json.dumps([entry.kind, entry.call_sid, body], ensure_ascii=False, default=str)


def _plain(value: Any) -> Any:
    return {TIME: value.isoformat()} if isinstance(value, datetime) else value


def _value(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {TIME}:
        return datetime.fromisoformat(value[TIME])
    return value


def _entries(file: TextIO) -> Iterator[Entry]:
    for line in file:
        try:
            kind, call_sid, body = json.loads(line)
        except ValueError:
            # The last line of a process that was killed while it wrote it.
            log.warning("local_journal_line_unreadable")
            continue
        values = {name: _value(value) for name, value in body.items()}
        yield Entry(kind, call_sid, values, again=True)
