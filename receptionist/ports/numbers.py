"""How a practice's days went: counted once a day is over, and again while it still goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class DayNumbers:
    """One day of a practice, by its own clocks. `figures` is JSON-safe and holds only counts."""

    practice_id: int
    day: date
    made_at: datetime
    figures: Mapping[str, Any]
    settled: bool = False
    """The day is over, and so is every call that began in it."""


@dataclass(frozen=True, slots=True)
class CountedCall:
    """What is counted of one call."""

    call_sid: str
    started_at: datetime
    ended_at: datetime | None
    channel: str
    outcome: str | None
    ended_by: str | None
    wishes: frozenset[str] = frozenset()
    """The functions that were used in it."""
    turns: int = 0
    characters: int = 0
    """What was said to the caller after the greeting."""
    timings: tuple[Mapping[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class VendorErrors:
    """How often an outside service failed with a code."""

    provider: str
    code: str
    count: int


class Numbers(Protocol):
    async def calls(
        self, practice_id: int, from_at: datetime, to_at: datetime, limit: int, after: str | None
    ) -> Sequence[CountedCall]:
        """Those that began in that time, in an order; `after` is the last SID that was given."""

    async def mark(self, practice_id: int, from_at: datetime, to_at: datetime) -> str:
        """Differs from what it was when a call of that time has come, gone on or ended."""

    async def first_call(self, practice_id: int) -> datetime | None: ...
    async def days(self, first: date, last: date) -> Sequence[DayNumbers]:
        """Every practice's, both days included."""

    async def settled_days(self, practice_id: int, since: date) -> Sequence[date]: ...
    async def keep(self, day: DayNumbers) -> None:
        """Insert or replace; a settled day stays as it is."""

    async def add_vendor_errors(self, day: date, errors: Sequence[VendorErrors]) -> None:
        """Add to that day's (UTC)."""

    async def vendor_errors(self, first: date, last: date) -> Sequence[VendorErrors]:
        """The sums, most frequent first."""
