"""Rendered speech in Redis: a greeting is synthesised once, not once a process.

What has not been asked for in a month goes away by itself.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from receptionist.errors import ProviderUnavailable
from receptionist.ports.adapter import Adapter
from receptionist.ports.audio_store import AudioStore

NAME = "redis"
PREFIX = "receptionist:audio:"
KEPT_S = 30 * 24 * 3600
ANSWER_S = 2.0
"""Nobody on the line waits for it."""


class RedisAudioSettings(BaseSettings, extra="ignore"):
    """Environment: REDIS_URL."""

    redis_url: SecretStr | None = None


class RedisAudio:
    """Fulfil `AudioStore` with Redis."""

    name = NAME

    def __init__(self, url: str, *, answer_s: float = ANSWER_S) -> None:
        from redis.asyncio import Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        self._answer_s = answer_s
        # The driver would try again for seconds; the voice is there as well.
        self._redis: Redis = Redis.from_url(
            url,
            socket_connect_timeout=answer_s,
            socket_timeout=answer_s,
            retry=Retry(NoBackoff(), 0),
        )

    async def get(self, key: str) -> bytes | None:
        """What is kept, for another month."""
        async with self._in_time():
            found = await self._redis.getex(PREFIX + key, ex=KEPT_S)
        return found if isinstance(found, bytes) else None

    async def put(self, key: str, mulaw: bytes) -> None:
        """Keep it for a month."""
        async with self._in_time():
            await self._redis.set(PREFIX + key, mulaw, ex=KEPT_S)

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        from redis.exceptions import RedisError

        try:
            async with asyncio.timeout(2 * self._answer_s):
                yield
        except (RedisError, OSError) as exc:  # a timeout is an OSError
            raise ProviderUnavailable(NAME, "no answer in time") from exc


def _build(settings: RedisAudioSettings) -> AudioStore:
    return RedisAudio(settings.redis_url.get_secret_value() if settings.redis_url else "")


ADAPTER: Adapter[AudioStore, RedisAudioSettings] = Adapter(
    RedisAudioSettings, _build, lambda settings: settings.redis_url is not None
)
