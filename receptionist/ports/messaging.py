"""Text messages to callers' phones."""

from datetime import datetime
from typing import Protocol


class Messaging(Protocol):
    """Every method but `close` raises `ProviderError`."""

    name: str
    external: bool
    """False: nothing leaves this machine; texts are only kept where they can be looked at."""

    async def send(
        self,
        to: str,
        body: str,
        *,
        sender: str,
        status_url: str | None = None,
        unless_sent_since: datetime | None = None,
    ) -> str:
        """Send a text from `sender` to `to` (both E.164); the vendor's id of it.

        `status_url` is told how far it got. `unless_sent_since`: an earlier attempt may have
        gone through although its answer was lost; the very same text sent since then is not
        sent again. A number that cannot be texted raises `NumberRefused`.
        """

    async def check(self) -> None:
        """One cheap real request."""

    async def close(self) -> None:
        """Release process-wide connections."""
