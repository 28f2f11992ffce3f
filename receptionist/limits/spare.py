"""A rate store that may be away, with one beside it that cannot be."""

import time
from collections.abc import Callable

import structlog

from receptionist.domain.rates import Rate
from receptionist.errors import ProviderUnavailable
from receptionist.ports.rate_store import RateStore

log = structlog.get_logger()
ASKED_AGAIN_S = 5.0


class SparedRates:
    """Fulfil `RateStore`: the first while it answers, the spare while it does not.

    After a failure the first is left alone for a while, so that not every caller waits for it.
    """

    def __init__(
        self, first: RateStore, spare: RateStore, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = first.name
        self._first = first
        self._spare = spare
        self._clock = clock
        self._away_until_s = 0.0

    async def take(self, key: str, rate: Rate) -> bool:
        """Count one. Never raises."""
        if self._clock() >= self._away_until_s:
            try:
                return await self._first.take(key, rate)
            except ProviderUnavailable as exc:
                log.warning("rates_counted_here", error_code=exc.code)
                self._away_until_s = self._clock() + ASKED_AGAIN_S
        return await self._spare.take(key, rate)

    async def close(self) -> None:
        """Both."""
        await self._first.close()
        await self._spare.close()
