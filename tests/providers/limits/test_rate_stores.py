"""What every place where rates are counted must do; and what is peculiar to each."""

import asyncio
import socket
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from providers.limits.embedded import EmbeddedRates
from providers.limits.redis import RedisRates
from receptionist.domain.rates import Rate
from receptionist.errors import ProviderUnavailable
from receptionist.limits.spare import SparedRates
from receptionist.ports.rate_store import RateStore
from tests.servers import redis_url

HOURLY = Rate(3, 3600)


@pytest.fixture(params=["embedded", pytest.param("redis", marks=pytest.mark.server)])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[RateStore]:
    is_redis = request.param == "redis"
    made = RedisRates(await redis_url(), answer_s=2) if is_redis else EmbeddedRates()
    yield made
    await made.close()


def some_key() -> str:
    return f"test:{uuid4().hex}"


async def test_so_many_are_within_the_rate_and_no_more(store: RateStore) -> None:
    key = some_key()

    assert [await store.take(key, HOURLY) for _ in range(5)] == [True] * 3 + [False] * 2


async def test_one_key_is_not_another(store: RateStore) -> None:
    for key in (some_key(), some_key()):
        assert await store.take(key, Rate(1, 3600))


async def test_of_many_that_ask_at_once_so_many_are_let_through(store: RateStore) -> None:
    key = some_key()
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(store.take(key, HOURLY)) for _ in range(40)]

    assert sum(task.result() for task in asked) == 3


@pytest.mark.server
async def test_two_processes_count_together_in_redis() -> None:
    where = await redis_url()
    first, second, key = RedisRates(where, answer_s=2), RedisRates(where, answer_s=2), some_key()

    assert [await store.take(key, HOURLY) for store in (first, second, first, second)] == [
        *[True] * 3,
        False,
    ]
    await first.close()
    await second.close()


@pytest.mark.server
async def test_a_key_is_gone_when_there_is_nothing_left_to_pay() -> None:
    where = await redis_url()
    store, key = RedisRates(where, answer_s=2), some_key()
    await store.take(key, Rate(100, 10))
    left_ms = await store._redis.pttl(f"receptionist:rate:{key}")

    assert 0 < left_ms <= 100
    await store.close()


async def test_what_is_paid_for_in_memory_comes_free_with_time() -> None:
    now = [0.0]
    store = EmbeddedRates(lambda: now[0])
    key, rate = some_key(), Rate(2, 10)
    first = [await store.take(key, rate) for _ in range(3)]
    now[0] = 5.0

    assert first == [True, True, False]
    assert [await store.take(key, rate) for _ in range(2)] == [True, False]


async def test_made_up_keys_fill_no_memory() -> None:
    store = EmbeddedRates(most_keys=100)
    for number in range(1000):
        await store.take(str(number), HOURLY)

    assert len(store._paid_until_s) == 100


async def test_a_redis_that_does_not_answer_is_said_to_be_away() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        store = RedisRates(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", answer_s=0.05)
        with pytest.raises(ProviderUnavailable):
            await store.take(some_key(), HOURLY)
        await store.close()


class AwayRates(EmbeddedRates):
    """A Redis that can be taken away."""

    name = "away"

    def __init__(self) -> None:
        super().__init__()
        self.is_away = True
        self.asked = 0

    async def take(self, key: str, rate: Rate) -> bool:
        self.asked += 1
        if self.is_away:
            raise ProviderUnavailable("redis", "no answer in time")
        return await super().take(key, rate)


async def test_while_redis_is_away_this_process_counts_and_asks_again_after_a_while() -> None:
    now, first = [100.0], AwayRates()
    store = SparedRates(first, EmbeddedRates(), lambda: now[0])
    key = some_key()

    away = [await store.take(key, HOURLY) for _ in range(4)]
    asked_while_away = first.asked
    first.is_away, now[0] = False, 106.0
    back = await store.take(key, HOURLY)

    assert away == [True] * 3 + [False]
    assert asked_while_away == 1
    assert back
    assert first.asked == 2
