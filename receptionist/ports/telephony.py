"""The phone company's control side: live calls and numbers."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class NumberWebhooks:
    """Where a phone number's calls are sent."""

    number: str
    voice_url: str
    fallback_url: str
    status_url: str


class TelephonyControl(Protocol):
    """Requests to the phone company."""

    name: str

    async def hang_up(self, call_sid: str) -> None:
        """End a live call. An ended call is not an error. Raises `ProviderError`."""

    async def webhooks(self, number: str) -> NumberWebhooks | None:
        """What a number points at; None: not the account's. Raises `ProviderError`."""

    async def connect_number(self, wanted: NumberWebhooks) -> None:
        """Point a number's three URLs. Raises `NotFound`, `ProviderError`."""

    async def check(self) -> None:
        """One cheap real request. Raises `ProviderError`."""

    async def close(self) -> None:
        """Release process-wide connections."""
