"""What has been spent on calls that went out."""

from datetime import datetime
from typing import Protocol


class OutgoingCalls(Protocol):
    """One row a call; it holds no number."""

    async def take(
        self, key: str, practice_id: int, at: datetime, *, since: datetime, most: int
    ) -> bool:
        """Note one, unless there are `most` since then. A known key is noted already: True."""

    async def forget(self, before: datetime) -> None:
        """Remove what is too old to count."""
