"""Words and wake-ups reach who listens: in one process, and through a real Redis in two."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest

from providers.live import redis as through_redis
from providers.live.embedded import MOST_WAITING, EmbeddedLive
from providers.live.redis import RedisLive
from receptionist.ports.live_calls import LiveChannel, LiveWord
from tests.servers import redis_url


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.01)


@pytest.fixture(
    params=["embedded", pytest.param("redis", marks=pytest.mark.server)],
)
async def channels(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[LiveChannel, LiveChannel]]:
    """Who holds the call, and who listens: two processes with Redis, one without."""
    if request.param == "embedded":
        only = EmbeddedLive()
        yield only, only
        return
    where = await redis_url()
    monkeypatch.setattr(through_redis, "CHANNEL", f"receptionist:test:{uuid4().hex}")
    async with AsyncExitStack() as stack:
        group = await stack.enter_async_context(asyncio.TaskGroup())
        made = []
        for _ in range(2):
            channel = RedisLive(where)
            stack.push_async_callback(channel.close)
            stack.callback(group.create_task(channel.run()).cancel)
            woken = asyncio.Event()
            channel.on_wake(woken.set)
            # It wakes its own once it is subscribed.
            await asyncio.wait_for(woken.wait(), 10)
            made.append(channel)
        yield made[0], made[1]


async def test_words_reach_who_listens_in_their_order(
    channels: tuple[LiveChannel, LiveChannel],
) -> None:
    holder, listener = channels
    async with listener.listen("CA1") as words:
        await until(lambda: holder.listened("CA1"))
        holder.say("CA1", LiveWord("caller", "I'd like"))
        holder.say("CA2", LiveWord("caller", "not this"))
        holder.say("CA1", LiveWord("receptionist", "Of course."))

        async with asyncio.timeout(10):
            heard = [await words.get(), await words.get()]

    assert heard == [LiveWord("caller", "I'd like"), LiveWord("receptionist", "Of course.")]
    assert not listener.listened("CA1") or listener is not holder


async def test_a_wake_up_reaches_everybody(channels: tuple[LiveChannel, LiveChannel]) -> None:
    told: list[str] = []
    for name, channel in zip("ab", channels, strict=True):
        channel.on_wake(lambda name=name: told.append(name))

    channels[0].wake()

    await until(lambda: set(told) >= {"a", "b"})


async def test_nobody_s_words_are_passed_on() -> None:
    channel = EmbeddedLive()

    assert not channel.listened("CA1")
    channel.say("CA1", LiveWord("caller", "to nobody"))
    async with channel.listen("CA1"):
        assert channel.listened("CA1")
    assert not channel.listened("CA1")


async def test_a_slow_listener_misses_the_oldest() -> None:
    channel = EmbeddedLive()
    async with channel.listen("CA1") as words:
        for number in range(MOST_WAITING + 3):
            channel.say("CA1", LiveWord("caller", str(number)))

        assert await words.get() == LiveWord("caller", "3")


async def test_without_redis_the_calls_of_this_process_are_heard() -> None:
    channel = RedisLive("redis://127.0.0.1:1/0")
    async with asyncio.TaskGroup() as group:
        running = group.create_task(channel.run())
        async with channel.listen("CA1") as words:
            channel.say("CA1", LiveWord("caller", "hello"))
            channel.wake()

            assert await asyncio.wait_for(words.get(), 10) == LiveWord("caller", "hello")
        running.cancel()
    await channel.close()


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"from":"x","kind":"word"}', b"\xff"])
def test_what_others_put_on_the_channel_does_no_harm(data: bytes) -> None:
    RedisLive("redis://127.0.0.1:1/0")._receive(data)
