"""Breakers in Redis, for all processes together: a hash of changes, a key for each probe.

Times are Redis's own, so that processes whose clocks differ agree.
"""

from collections.abc import Mapping
from uuid import uuid4

from providers.redis_client import NAME, connect, in_time, redis_adapter
from receptionist.ports.breaker_store import BreakerStore, ToldBreaker

CHANGES = "receptionist:breakers"
PROBE = "receptionist:breaker-probe:"
ANSWER_S = 0.15
"""A call may wait for this: a Redis that is slower than that is as good as away."""
KEPT_S = 3600


class RedisBreakers:
    """Fulfil `BreakerStore` with Redis."""

    name = NAME

    def __init__(self, url: str, *, answer_s: float = ANSWER_S, prefix: str = "") -> None:
        self._answer_s = answer_s
        self._changes, self._probe = prefix + CHANGES, prefix + PROBE
        self._redis = connect(url, answer_s, decode_responses=True)

    async def tell(self, adapter: str, *, is_open: bool, wait_s: float) -> str:
        """Raises `ProviderUnavailable`."""
        async with in_time(4 * self._answer_s):
            until_s = _seconds(await self._redis.time()) + wait_s
            stamp = f"{int(is_open)} {until_s:.3f} {uuid4().hex}"
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.hset(self._changes, adapter, stamp)
                pipeline.expire(self._changes, KEPT_S)
                await pipeline.execute()
        return stamp

    async def told(self) -> Mapping[str, ToldBreaker]:
        """Raises `ProviderUnavailable`."""
        async with in_time(4 * self._answer_s):
            async with self._redis.pipeline(transaction=False) as pipeline:
                pipeline.time()
                pipeline.hgetall(self._changes)
                now, changes = await pipeline.execute()
            return {adapter: _told(stamp, _seconds(now)) for adapter, stamp in changes.items()}

    async def claim(self, adapter: str, for_s: float) -> bool:
        """Raises `ProviderUnavailable`."""
        async with in_time(2 * self._answer_s):
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


def _build(url: str) -> BreakerStore:
    return RedisBreakers(url)


ADAPTER = redis_adapter(_build)
