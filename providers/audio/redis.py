"""Rendered speech in Redis: a greeting is synthesised once, not once a process.

What has not been asked for in a month goes away by itself.
"""

from providers.redis_client import NAME, connect, in_time, redis_adapter
from receptionist.ports.audio_store import AudioStore

PREFIX = "receptionist:audio:"
KEPT_S = 30 * 24 * 3600
ANSWER_S = 2.0
"""Nobody on the line waits for it."""


class RedisAudio:
    """Fulfil `AudioStore` with Redis."""

    name = NAME

    def __init__(self, url: str, *, answer_s: float = ANSWER_S) -> None:
        self._answer_s = answer_s
        self._redis = connect(url, answer_s)

    async def get(self, key: str) -> bytes | None:
        """What is kept, for another month."""
        async with in_time(2 * self._answer_s):
            found = await self._redis.getex(PREFIX + key, ex=KEPT_S)
        return found if isinstance(found, bytes) else None

    async def put(self, key: str, mulaw: bytes) -> None:
        """Keep it for a month."""
        async with in_time(2 * self._answer_s):
            await self._redis.set(PREFIX + key, mulaw, ex=KEPT_S)

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()


def _build(url: str) -> AudioStore:
    return RedisAudio(url)


ADAPTER = redis_adapter(_build)
