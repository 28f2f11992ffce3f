"""E-mail to the practice's staff."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """Plain text. `key` is unique: a mail sent twice is recognised by it as one."""

    to: str
    subject: str
    text: str
    key: str


class Mail(Protocol):
    """Every method but `close` raises `ProviderError`."""

    name: str

    async def send(self, mail: OutgoingMail) -> None:
        """Hand it over."""

    async def check(self) -> None:
        """One cheap real request."""

    async def close(self) -> None:
        """Release process-wide connections."""
