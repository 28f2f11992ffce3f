"""Work whose failing must not end what goes on around it: a call, or the process and all its calls.

Whatever may come is caught here, and nowhere that could use it: the database may be away, or
a row may be one that nobody foresaw. A text may quote a caller, so only the class of an error is
logged. Cancelling goes through.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog

log = structlog.get_logger()


@contextmanager
def tolerated(event: str, **about: Any) -> Iterator[None]:
    """Log what fails inside this block, and go on behind it."""
    try:
        yield
    except Exception as exc:  # noqa: BLE001 - what is tolerated is what nobody foresaw
        log.error(event, error=type(exc).__name__, **about)


async def for_ever(event: str, work: Callable[[], Awaitable[object]], *, every_s: float) -> None:
    """Do it again and again, with a pause between; `event` is logged when that begins to fail."""
    rounds = Rounds(event)
    while True:
        with rounds.one():
            await work()
        await asyncio.sleep(every_s)


class Rounds:
    """Work that is done again and again: what fails is logged when it begins to, not each time."""

    def __init__(self, event: str) -> None:
        self._event = event
        self._failing = ""

    @contextmanager
    def one(self) -> Iterator[None]:
        """A round; one that fails is over, and the next may go well."""
        try:
            yield
        except Exception as exc:  # noqa: BLE001 - the next round must come whatever it was
            kind = type(exc).__name__
            if kind != self._failing:
                log.error(self._event, error=kind)
            self._failing = kind
        else:
            self._failing = ""
