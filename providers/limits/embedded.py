"""Rates counted in the memory of this process."""

import time
from collections import OrderedDict
from collections.abc import Callable

from pydantic_settings import BaseSettings

from receptionist.domain.rates import Rate, taken
from receptionist.ports.adapter import Adapter
from receptionist.ports.rate_store import RateStore

MOST_KEYS = 50_000
"""Whoever makes up keys pushes out the ones that were used longest ago, and no memory grows."""


class EmbeddedRatesSettings(BaseSettings):
    """Nothing to set."""


class EmbeddedRates:
    """Fulfil `RateStore` with a dictionary."""

    name = "embedded"

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, most_keys: int = MOST_KEYS
    ) -> None:
        self._clock = clock
        self._most_keys = most_keys
        self._paid_until_s: OrderedDict[str, float] = OrderedDict()

    async def take(self, key: str, rate: Rate) -> bool:
        """Count one."""
        until_s = taken(self._paid_until_s.get(key, 0.0), self._clock(), rate)
        if until_s is None:
            return False
        self._paid_until_s[key] = until_s
        self._paid_until_s.move_to_end(key)
        if len(self._paid_until_s) > self._most_keys:
            self._paid_until_s.popitem(last=False)
        return True

    async def close(self) -> None:
        """Nothing to release."""


ADAPTER: Adapter[RateStore, EmbeddedRatesSettings] = Adapter(
    EmbeddedRatesSettings, lambda _settings: EmbeddedRates()
)
