"""Rates counted in Redis, for all processes together.

One script per count, by Redis's own clock, so that processes whose clocks differ agree.
The key goes away by itself when nothing of it is left to pay.
"""

from typing import Any

from providers.redis_client import NAME, connect, in_time, redis_adapter
from receptionist.domain.rates import Rate
from receptionist.ports.rate_store import RateStore

PREFIX = "receptionist:rate:"
ANSWER_S = 0.15
"""A call waits for this: a Redis that is slower than that is as good as away."""
SCRIPT = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local paid = tonumber(redis.call('GET', KEYS[1]) or now)
local till = math.max(paid, now) + ARGV[1]
if till - now > ARGV[2] + 0.000001 then return 0 end
redis.call('SET', KEYS[1], string.format('%.6f', till), 'PX', math.ceil((till - now) * 1000))
return 1
"""
"""`receptionist.domain.rates.taken`, where the counts are."""


class RedisRates:
    """Fulfil `RateStore` with Redis."""

    name = NAME

    def __init__(self, url: str, *, answer_s: float = ANSWER_S) -> None:
        self._answer_s = answer_s
        self._redis = connect(url, answer_s)
        self._script: Any = self._redis.register_script(SCRIPT)

    async def take(self, key: str, rate: Rate) -> bool:
        """Count one. Raises `ProviderUnavailable`."""
        arguments = (f"{rate.interval_s:.6f}", rate.per_s)
        async with in_time(2 * self._answer_s):
            return bool(await self._script(keys=[PREFIX + key], args=arguments))

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()


def _build(url: str) -> RateStore:
    return RedisRates(url)


ADAPTER = redis_adapter(_build)
