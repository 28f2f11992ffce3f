"""Words of calls through Redis pub/sub, so that any process's pages hear any process's calls.

Nothing is stored: pub/sub hands a message to whoever is there and forgets it. Words are only
sent while somebody has lately said that they listen. When Redis is away, calls of this process
are still heard here, and the rest comes back with it.
"""

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import structlog

from providers.live.embedded import EmbeddedLive
from providers.redis_client import NAME, redis_adapter
from receptionist.ports.live_calls import LiveChannel, LiveWord, LiveWords

log = structlog.get_logger()

CHANNEL = "receptionist:live"
SAID_AGAIN_S = 5.0
BELIEVED_S = 15.0
"""Somebody who listens says so again well within this."""
BACK_S = 1.0
MOST_WAITING = 500
ANSWER_S = 5.0


class RedisLive:
    """Fulfil `LiveChannel` with Redis."""

    name = NAME
    everywhere = True

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        from redis.asyncio import Redis

        self._redis: Redis = Redis.from_url(
            url, socket_connect_timeout=ANSWER_S, health_check_interval=10
        )
        self._clock = clock
        self._here = EmbeddedLive()
        self._me = uuid4().hex
        self._listening: Counter[str] = Counter()
        self._listened_until: dict[str, float] = {}
        self._outgoing: deque[dict[str, str]] = deque(maxlen=MOST_WAITING)
        self._more = asyncio.Event()

    def listened(self, call_sid: str) -> bool:
        """Here or elsewhere."""
        return self._here.listened(call_sid) or self._listened_elsewhere(call_sid)

    def say(self, call_sid: str, word: LiveWord) -> None:
        """To those here at once, to the others as soon as Redis takes it."""
        self._here.say(call_sid, word)
        if self._listened_elsewhere(call_sid):
            self._send("word", call=call_sid, speaker=word.speaker, text=word.text)

    @asynccontextmanager
    async def listen(self, call_sid: str) -> AsyncIterator[LiveWords]:
        """From now on."""
        self._listening[call_sid] += 1
        self._send("listen", call=call_sid)
        try:
            async with self._here.listen(call_sid) as words:
                yield words
        finally:
            self._listening[call_sid] -= 1
            self._listening += Counter()  # Forgets those that nobody listens to.

    def wake(self) -> None:
        """Here at once, elsewhere as soon as Redis takes it."""
        self._here.wake()
        self._send("wake")

    def on_wake(self, told: Callable[[], None]) -> None:
        """They are told in the order they asked for it."""
        self._here.on_wake(told)

    async def run(self) -> None:
        """Send, hear, and say again who is listened to."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._for_ever(self._publish, "send"))
            group.create_task(self._for_ever(self._hear, "hear"))
            group.create_task(self._say_again())

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    def _listened_elsewhere(self, call_sid: str) -> bool:
        return self._listened_until.get(call_sid, 0.0) > self._clock()

    def _send(self, kind: str, **values: str) -> None:
        self._outgoing.append({"from": self._me, "kind": kind, **values})
        self._more.set()

    async def _for_ever(self, work: Callable[[], Any], what: str) -> None:
        from redis.exceptions import RedisError

        is_away = False
        while True:
            try:
                await work()
                is_away = False
            except (RedisError, OSError) as exc:
                if not is_away:
                    log.warning("live_channel_away", what=what, error=type(exc).__name__)
                is_away = True
                await asyncio.sleep(BACK_S)

    async def _publish(self) -> None:
        await self._more.wait()
        self._more.clear()
        while self._outgoing:
            await self._redis.publish(CHANNEL, json.dumps(self._outgoing[0]))
            self._outgoing.popleft()

    async def _hear(self) -> None:
        async with self._redis.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.subscribe(CHANNEL)
            # Requests that came while we were away are in the database.
            self._here.wake()
            while True:
                message = await pubsub.get_message(timeout=SAID_AGAIN_S)
                if message is not None:
                    self._receive(message["data"])

    def _receive(self, data: bytes) -> None:
        try:
            message = json.loads(data)
            if message["from"] == self._me:
                return
            match message["kind"]:
                case "wake":
                    self._here.wake()
                case "listen":
                    self._listened(message["call"])
                case "word":
                    word = LiveWord(message["speaker"], message["text"])
                    self._here.say(message["call"], word)
        except (ValueError, KeyError, TypeError):
            log.warning("live_message_unreadable")

    def _listened(self, call_sid: str) -> None:
        now = self._clock()
        self._listened_until = {c: t for c, t in self._listened_until.items() if t > now}
        self._listened_until[call_sid] = now + BELIEVED_S

    async def _say_again(self) -> None:
        while True:
            await asyncio.sleep(SAID_AGAIN_S)
            for call_sid in list(self._listening):
                self._send("listen", call=call_sid)


def _build(url: str) -> LiveChannel:
    return RedisLive(url)


ADAPTER = redis_adapter(_build)
