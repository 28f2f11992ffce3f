"""Rates counted in Redis, for all processes together.

One script per count, by Redis's own clock, so that processes whose clocks differ agree.
The key goes away by itself when nothing of it is left to pay.
"""

import asyncio
from typing import Any

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from receptionist.domain.rates import Rate
from receptionist.errors import ProviderUnavailable
from receptionist.ports.adapter import Adapter
from receptionist.ports.rate_store import RateStore

NAME = "redis"
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


class RedisRatesSettings(BaseSettings, extra="ignore"):
    """Environment: REDIS_URL."""

    redis_url: SecretStr | None = None


class RedisRates:
    """Fulfil `RateStore` with Redis."""

    name = NAME

    def __init__(self, url: str, *, answer_s: float = ANSWER_S) -> None:
        from redis.asyncio import Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        self._answer_s = answer_s
        # The driver would try again for seconds; whoever asks has a spare and cannot wait.
        self._redis: Redis = Redis.from_url(
            url,
            socket_connect_timeout=answer_s,
            socket_timeout=answer_s,
            retry=Retry(NoBackoff(), 0),
        )
        self._script: Any = self._redis.register_script(SCRIPT)

    async def take(self, key: str, rate: Rate) -> bool:
        """Count one. Raises `ProviderUnavailable`."""
        from redis.exceptions import RedisError

        arguments = (f"{rate.interval_s:.6f}", rate.per_s)
        try:
            async with asyncio.timeout(2 * self._answer_s):
                return bool(await self._script(keys=[PREFIX + key], args=arguments))
        except (RedisError, OSError) as exc:  # a timeout is an OSError
            raise ProviderUnavailable(NAME, "no answer in time") from exc

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()


def _build(settings: RedisRatesSettings) -> RateStore:
    return RedisRates(settings.redis_url.get_secret_value() if settings.redis_url else "")


ADAPTER: Adapter[RateStore, RedisRatesSettings] = Adapter(
    RedisRatesSettings, _build, lambda settings: settings.redis_url is not None
)
