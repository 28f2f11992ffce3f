"""What every place where processes talk of sick adapters must do; and what is peculiar to Redis."""

import socket
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from providers.breakers.embedded import EmbeddedBreakers
from providers.breakers.redis import RedisBreakers
from receptionist.errors import ProviderUnavailable
from receptionist.ports.breaker_store import BreakerStore
from tests.servers import redis_url

LLM = "llm:openai"


async def made(prefix: str) -> RedisBreakers:
    return RedisBreakers(await redis_url(), answer_s=2, prefix=prefix)


@pytest.fixture
def prefix() -> str:
    return f"test:{uuid4().hex}:"


@pytest.fixture(params=["embedded", pytest.param("redis", marks=pytest.mark.server)])
async def store(request: pytest.FixtureRequest, prefix: str) -> AsyncIterator[BreakerStore]:
    found: BreakerStore = EmbeddedBreakers() if request.param == "embedded" else await made(prefix)
    yield found
    await found.close()


async def test_a_probe_is_to_be_had_when_nobody_has_it(store: BreakerStore) -> None:
    assert await store.claim(LLM, 5)


async def test_at_first_nothing_is_told(store: BreakerStore) -> None:
    assert await store.told() == {}


async def test_whoever_tells_knows_the_stamp(store: BreakerStore) -> None:
    stamp = await store.tell(LLM, is_open=True, wait_s=10)

    assert all(told.stamp == stamp for told in (await store.told()).values())


@pytest.mark.server
async def test_what_one_process_tells_another_reads(prefix: str) -> None:
    first, second = await made(prefix), await made(prefix)

    await first.tell(LLM, is_open=True, wait_s=10)
    opened = (await second.told())[LLM]
    await first.tell(LLM, is_open=False, wait_s=15)
    closed = (await second.told())[LLM]

    assert opened.is_open
    assert 9 < opened.wait_s <= 10
    assert not closed.is_open
    assert opened.stamp != closed.stamp
    await first.close()
    await second.close()


@pytest.mark.server
async def test_of_two_processes_one_has_the_probe(prefix: str) -> None:
    first, second = await made(prefix), await made(prefix)

    claims = [await store.claim(LLM, 5) for store in (first, second, first)]

    assert claims == [True, False, False]
    assert await second.claim("tts:elevenlabs", 5)
    await first.close()
    await second.close()


async def test_a_redis_that_does_not_answer_is_said_to_be_away() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        store = RedisBreakers(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", answer_s=0.05)
        with pytest.raises(ProviderUnavailable):
            await store.claim(LLM, 5)
        with pytest.raises(ProviderUnavailable):
            await store.told()
        with pytest.raises(ProviderUnavailable):
            await store.tell(LLM, is_open=True, wait_s=1)
        await store.close()
