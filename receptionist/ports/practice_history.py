"""What became of a practice's settings, and what callers asked that they do not answer.

Rows as values, and the repositories that hold them. Times are aware UTC datetimes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

QuestionStatus = Literal["open", "answered", "dismissed"]


@dataclass(frozen=True, slots=True)
class PracticeVersion:
    """A practice's settings after a change."""

    practice_id: int
    number: int
    """From 1, for each practice."""
    at: datetime
    actor: str
    parts: tuple[str, ...]
    """Which parts of the settings were changed."""
    words: tuple[str, ...]
    """What was changed, one sentence each."""
    settings: str
    """A whole practice file."""


class PracticeVersions(Protocol):
    async def lock(self, practice_id: int) -> None:
        """Until the transaction ends nobody else changes this practice's settings."""

    async def add(self, version: PracticeVersion) -> None: ...
    async def get(self, practice_id: int, number: int) -> PracticeVersion | None: ...
    async def newest(self, practice_id: int, actor: str | None = None) -> PracticeVersion | None:
        """The last one, or the last one by somebody."""

    async def since(
        self, practice_id: int, number: int, part: str | None = None
    ) -> PracticeVersion | None:
        """The newest one after that number which changed that part; None when none did."""

    async def list(
        self, practice_id: int, limit: int, before: int | None = None
    ) -> Sequence[PracticeVersion]:
        """Newest first."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something a caller asked that the practice has written down no answer to.

    `key` is the request's own: the same one is kept once.
    """

    key: str
    practice_id: int
    call_sid: str
    question: str
    at: datetime
    status: QuestionStatus = "open"
    id: int = 0


class Questions(Protocol):
    async def add(self, question: Question) -> bool:
        """False when its key is known."""

    async def get(self, question_id: int) -> Question | None: ...
    async def open(self, practice_id: int, limit: int) -> Sequence[Question]:
        """The newest ones nobody has answered or dismissed."""

    async def settle(self, ids: Sequence[int], status: QuestionStatus) -> int:
        """How many of those were open."""
