"""Where it is counted how often things happen."""

from typing import Protocol

from receptionist.domain.rates import Rate


class RateStore(Protocol):
    """Counts by key. Keys hold nothing personal."""

    name: str

    async def take(self, key: str, rate: Rate) -> bool:
        """Count one and say whether it was still within the rate; one too many is not counted.

        Raises `ProviderUnavailable`.
        """

    async def close(self) -> None:
        """Release connections."""
