"""Breakers in Redis, for all processes together: a hash of changes, a key for each probe.

Times are Redis's own, so that processes whose clocks differ agree.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import uuid4

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from receptionist.errors import ProviderUnavailable
from receptionist.ports.adapter import Adapter
from receptionist.ports.breaker_store import BreakerStore, ToldBreaker

NAME = "redis"
CHANGES = "receptionist:breakers"
PROBE = "receptionist:breaker-probe:"
ANSWER_S = 0.15
"""A call may wait for this: a Redis that is slower than that is as good as away."""
KEPT_S = 3600


class RedisBreakersSettings(BaseSettings, extra="ignore"):
    """Environment: REDIS_URL."""

    redis_url: SecretStr | None = None


class RedisBreakers:
    """Fulfil `BreakerStore` with Redis."""

    name = NAME

    def __init__(self, url: str, *, answer_s: float = ANSWER_S, prefix: str = "") -> None:
        from redis.asyncio import Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        self._answer_s = answer_s
        self._changes, self._probe = prefix + CHANGES, prefix + PROBE
        self._redis: Redis = Redis.from_url(
            url,
            decode_responses=True,
            socket_connect_timeout=answer_s,
            socket_timeout=answer_s,
            retry=Retry(NoBackoff(), 0),
        )

    async def tell(self, adapter: str, *, is_open: bool, wait_s: float) -> str:
        """Raises `ProviderUnavailable`."""
        with _errors():
            async with asyncio.timeout(4 * self._answer_s):
                until_s = _seconds(await self._redis.time()) + wait_s
                stamp = f"{int(is_open)} {until_s:.3f} {uuid4().hex}"
                async with self._redis.pipeline(transaction=True) as pipeline:
                    pipeline.hset(self._changes, adapter, stamp)
                    pipeline.expire(self._changes, KEPT_S)
                    await pipeline.execute()
        return stamp

    async def told(self) -> Mapping[str, ToldBreaker]:
        """Raises `ProviderUnavailable`."""
        with _errors():
            async with asyncio.timeout(4 * self._answer_s):
                async with self._redis.pipeline(transaction=False) as pipeline:
                    pipeline.time()
                    pipeline.hgetall(self._changes)
                    now, changes = await pipeline.execute()
            return {adapter: _told(stamp, _seconds(now)) for adapter, stamp in changes.items()}

    async def claim(self, adapter: str, for_s: float) -> bool:
        """Raises `ProviderUnavailable`."""
        with _errors():
            async with asyncio.timeout(2 * self._answer_s):
                taken = await self._redis.set(
                    self._probe + adapter, "1", nx=True, px=max(1, int(for_s * 1000))
                )
        return bool(taken)

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()


def _seconds(time: tuple[int, int]) -> float:
    return time[0] + time[1] / 1_000_000


def _told(stamp: str, now_s: float) -> ToldBreaker:
    is_open, until_s, _ = stamp.split(" ")
    return ToldBreaker(is_open == "1", max(0.0, float(until_s) - now_s), stamp)


@contextmanager
def _errors() -> Iterator[None]:
    from redis.exceptions import RedisError

    try:
        yield
    except (RedisError, OSError, ValueError) as exc:  # a timeout is an OSError
        raise ProviderUnavailable(NAME, "no answer in time") from exc


def _build(settings: RedisBreakersSettings) -> BreakerStore:
    return RedisBreakers(settings.redis_url.get_secret_value() if settings.redis_url else "")


ADAPTER: Adapter[BreakerStore, RedisBreakersSettings] = Adapter(
    RedisBreakersSettings, _build, lambda settings: settings.redis_url is not None
)
