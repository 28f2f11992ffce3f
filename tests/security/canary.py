"""Marked names, numbers and dates of birth, and every place that must not show one."""

import io
import logging
import re
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
import redis.asyncio
import structlog

from receptionist.errors import ReceptionistError
from receptionist.observability import configure_logging
from tests.servers import REDIS
from tests.tracing.collector import Collector

FIRST, LAST = "Zebulon", "Quillfeather"
NUMBER = "+12125550147"
OTHER = "+12125550168"
BORN = "april seventeenth nineteen sixty one"
WORDS = "marzipan"
"""What is said of the matter itself."""
MARKS = re.compile(
    "zebulon|quillfeather|marzipan|5550147|5550168|555.?01.?47|555.?01.?68|five five five"
    r"|(?<![\d.])1961(?!\d)|sixty.?one|april.seventeenth",
    re.IGNORECASE,
)


class QuotingError(Exception):
    """As libraries do it: the text of the exception quotes what it was about."""

    def __init__(self, *_arguments: object) -> None:
        super().__init__(f"cannot handle {FIRST} {LAST}, {NUMBER}, 1961-04-17: {WORDS}")


@dataclass
class Leaks:
    """What came out where somebody might read it, by place."""

    log: io.StringIO = field(default_factory=io.StringIO)
    errors: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    redis: list[str] = field(default_factory=list)
    spans: Collector | None = None

    def places(self) -> dict[str, list[str]]:
        """Lines, by place."""
        return {
            "log": self.log.getvalue().splitlines(),
            "exception texts": self.errors,
            "metrics": "\n".join(self.pages).splitlines(),
            "redis": self.redis,
            "spans": [str(span) for span in self.spans.spans] if self.spans else [],
        }

    def found(self) -> dict[str, list[str]]:
        """Lines with a mark, by place; empty when nothing leaked."""
        places = self.places()
        marked = {place: [x for x in lines if MARKS.search(x)] for place, lines in places.items()}
        return {place: lines for place, lines in marked.items() if lines}


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Leaks]:
    """Collect the log at its chattiest, and the text of every error of ours that is made."""
    leaks = Leaks()
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    monkeypatch.setattr(sys, "stderr", leaks.log)

    def noted(error: ReceptionistError, *arguments: object) -> None:
        leaks.errors.append(" ".join(str(argument) for argument in arguments))
        Exception.__init__(error, *arguments)

    monkeypatch.setattr(ReceptionistError, "__init__", noted, raising=False)
    configure_logging("DEBUG", "json")
    try:
        yield leaks
    finally:
        root.handlers[:], root.level = before
        structlog.reset_defaults()
        for name in ("receptionist", "providers", "handlers", "db", "twiml", "uvicorn.error"):
            logging.getLogger(name).setLevel(logging.NOTSET)


@asynccontextmanager
async def watched_redis(leaks: Leaks) -> AsyncIterator[None]:
    """Every command that anybody sends to our Redis within this block."""
    client = redis.asyncio.Redis.from_url(REDIS)
    over = f"over-{uuid4().hex}"
    async with client.monitor() as monitor:
        try:
            yield
        finally:
            await client.get(over)
            async for command in monitor.listen():
                leaks.redis.append(str(command["command"]))
                if over in leaks.redis[-1]:
                    break
    await client.aclose()
