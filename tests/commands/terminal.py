"""The `receptionist` command as somebody types it, in a folder and an environment of its own."""

import asyncio
import io
import os
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from receptionist.cli import main

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60
PLAIN = {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a command."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """What it printed."""
        return self.out.splitlines()


class Terminal:
    """Run commands with nothing set but what a test sets."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.settings: dict[str, str] = {}

    @property
    def database(self) -> Path:
        """The file that is used when nothing else is said."""
        return self.directory / "var" / "receptionist.db"

    async def run(self, *arguments: str, stdin: str = "", **settings: str) -> Ran:
        """One command to its end, beside this loop, where emulators go on answering."""
        async with asyncio.timeout(PATIENCE_S):
            return await asyncio.to_thread(self._run, arguments, stdin, settings)

    async def run_process(self, *arguments: str, **settings: str) -> Ran:
        """One command in a process of its own."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "receptionist", *arguments),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=self.directory,
            env={**self._environment(settings), "PYTHONPATH": str(ROOT)},
        )
        try:
            async with asyncio.timeout(PATIENCE_S):
                out, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        assert process.returncode is not None
        return Ran(process.returncode, out.decode(), err.decode())

    def write(self, name: str, text: str) -> str:
        """A file in the folder; its name."""
        (self.directory / name).write_text(text)
        return name

    def sql(self, *statements: str) -> None:
        """What somebody with the database file in hand can do."""
        connection = sqlite3.connect(self.database)
        try:
            for statement in statements:
                connection.execute(statement)
            connection.commit()
        finally:
            connection.close()

    def _run(self, arguments: tuple[str, ...], stdin: str, settings: Mapping[str, str]) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        with (
            patch.dict(os.environ, self._environment(settings), clear=True),
            patch.object(sys, "argv", ["receptionist", *arguments]),
            patch.object(sys, "stdin", io.StringIO(stdin)),
            _inside(self.directory),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = _exit_code()
        return Ran(code, out.getvalue(), err.getvalue())

    def _environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {**kept, **PLAIN, **self.settings, **settings}


def _exit_code() -> int:
    try:
        main()
    except SystemExit as exc:
        return exc.code if isinstance(exc.code, int) else int(exc.code is not None)
    return 0


@contextmanager
def _inside(directory: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(directory)
    try:
        yield
    finally:
        os.chdir(before)
