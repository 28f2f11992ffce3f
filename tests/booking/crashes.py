"""Processes that die between any two steps, and others that act between any two.

A step is a transaction's begin, its commit and what follows it, or a request to the
vendor, before it is sent and after it has had its effect.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

from receptionist.ports.calendar import Calendar
from receptionist.ports.records import Database, UnitOfWork


class Killed(BaseException):
    """The process is gone; nothing of it runs on, so no `except Exception` may see this."""


class Fuse:
    """Lets so many steps happen; the one after them, and all others, never do."""

    def __init__(self, steps: int | None = None) -> None:
        self._left = steps
        self.taken = 0

    def step(self) -> None:
        """Raises `Killed`."""
        self.taken += 1
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                raise Killed


Act: TypeAlias = Callable[[], Awaitable[object]]


class Meanwhile:
    """What another process does once this one has taken so many steps."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, Act]] = []

    def plan(self, steps: int, act: Act) -> None:
        """To be done after so many steps from now."""
        self._waiting.append((steps, act))

    async def step(self) -> None:
        """Do what is due."""
        waiting, self._waiting = self._waiting, []
        for steps, act in waiting:
            if steps == 0:
                await act()
            else:
                self._waiting.append((steps - 1, act))


class MortalDatabase:
    """Fulfil `Database` until the fuse blows."""

    def __init__(self, database: Database, fuse: Fuse) -> None:
        self._database = database
        self._fuse = fuse

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[UnitOfWork]:
        """Killed before its end, it rolls back."""
        self._fuse.step()
        async with self._database.transaction() as uow:
            yield uow
            self._fuse.step()
        self._fuse.step()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[UnitOfWork]:
        """Killed while it reads, it has changed nothing."""
        self._fuse.step()
        async with self._database.reading() as uow:
            yield uow


class MortalCalendar:
    """Fulfil `Calendar` until the fuse blows; others act before and after each request."""

    def __init__(self, calendar: Calendar, fuse: Fuse, meanwhile: Meanwhile) -> None:
        self._calendar = calendar
        self._fuse = fuse
        self._meanwhile = meanwhile

    def __getattr__(self, name: str) -> Any:
        wanted = getattr(self._calendar, name)
        if not callable(wanted):
            return wanted

        async def request(*arguments: Any, **named: Any) -> Any:
            self._fuse.step()
            await self._meanwhile.step()
            answer = await wanted(*arguments, **named)
            self._fuse.step()
            await self._meanwhile.step()
            return answer

        return request
