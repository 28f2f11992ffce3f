"""Rendered speech shared through Redis."""

import socket
from uuid import uuid4

import pytest

from providers.audio.redis import KEPT_S, PREFIX, RedisAudio
from receptionist.errors import ProviderUnavailable
from tests.servers import redis_url


def some_key() -> str:
    return uuid4().hex * 2


@pytest.mark.server
async def test_what_one_process_keeps_another_one_has() -> None:
    where = await redis_url()
    first, second, key = RedisAudio(where), RedisAudio(where), some_key()

    assert await second.get(key) is None
    await first.put(key, b"\x7f\xff\x00")

    assert await second.get(key) == b"\x7f\xff\x00"
    await first.close()
    await second.close()


@pytest.mark.server
async def test_what_is_asked_for_is_kept_for_another_month() -> None:
    where = await redis_url()
    store, key = RedisAudio(where), some_key()
    await store.put(key, b"audio")
    await store._redis.expire(PREFIX + key, 60)

    await store.get(key)

    assert await store._redis.ttl(PREFIX + key) > KEPT_S - 60
    await store._redis.delete(PREFIX + key)
    await store.close()


@pytest.mark.parametrize("speaks", [False, True])
async def test_a_redis_that_is_away_or_silent_is_unavailable(speaks: bool) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if speaks:
            listener.listen()
        port = listener.getsockname()[1]
        store = RedisAudio(f"redis://127.0.0.1:{port}/0", answer_s=0.05)

        with pytest.raises(ProviderUnavailable):
            await store.get(some_key())
        with pytest.raises(ProviderUnavailable):
            await store.put(some_key(), b"audio")
        await store.close()
