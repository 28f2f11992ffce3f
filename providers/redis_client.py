"""Redis as our adapters use it: asked once, for a moment, since somebody may be on the line."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from receptionist.errors import ProviderUnavailable
from receptionist.ports.adapter import Adapter

if TYPE_CHECKING:
    from redis.asyncio import Redis

NAME = "redis"
T = TypeVar("T")


class RedisSettings(BaseSettings, extra="ignore"):
    """Environment: REDIS_URL."""

    redis_url: SecretStr | None = None


def connect(url: str, answer_s: float, **options: Any) -> "Redis":
    """A client that gives up after `answer_s`; the driver itself would try again for seconds."""
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    client: Redis = Redis.from_url(
        url,
        socket_connect_timeout=answer_s,
        socket_timeout=answer_s,
        retry=Retry(NoBackoff(), 0),
        **options,
    )
    return client


@asynccontextmanager
async def in_time(seconds: float) -> AsyncIterator[None]:
    """What is asked of Redis in here. Raises `ProviderUnavailable`."""
    from redis.exceptions import RedisError

    try:
        async with asyncio.timeout(seconds):
            yield
    except (RedisError, OSError, ValueError) as exc:  # a timeout is an OSError
        raise ProviderUnavailable(NAME, "no answer in time") from exc


def redis_adapter(make: Callable[[str], T]) -> Adapter[T, RedisSettings]:
    """What `make` makes of the URL, where one is set."""

    def build(settings: RedisSettings) -> T:
        return make(settings.redis_url.get_secret_value() if settings.redis_url else "")

    return Adapter(RedisSettings, build, lambda settings: settings.redis_url is not None)
