"""Lists in pages: what is asked for, and what is answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """A page of a list; `next` is the cursor of the following one."""

    items: Sequence[Row]
    next: str | None


@dataclass(frozen=True, slots=True)
class ListQuery:
    """`?limit=&after=&from=&to=` of every list. Newest first. `to_at` is excluded."""

    limit: int = 50
    after: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None
