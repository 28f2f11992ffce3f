"""ElevenLabs' sockets that take text while it is still being written.

The SDK has no client for them that does not hold up the event loop. Each sentence is a context of
its own on a socket that nobody else uses meanwhile, so what comes late of one that was
left is told apart by its context; a socket that is free serves the next sentence.
API: https://elevenlabs.io/docs/api-reference/text-to-speech/v-1-text-to-speech-voice-id-multi-stream-input
"""

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlencode
from uuid import uuid4

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.protocol import State

from providers.tts.elevenlabs_clients.refused import Refused
from receptionist.tls import tls_for

CONNECT_S = 2.0
GOODBYE_S = 0.3
INACTIVE_S = 180
"""Asked of the server, which closes a socket that is silent for so long; it allows no more."""
KEPT_S = 150.0
WARM_S = 90.0
"""One that was used this lately will do for a call that begins."""
MOST_KEPT = 20
FIRST_CHUNKS = (50, 120)
"""Characters before the voice begins and goes on; fifty are the fewest that may be asked for."""
LARGEST_MESSAGE = 1 << 20
STATUSES = {"quota_exceeded": 401, "too_many_concurrent_requests": 429, "system_busy": 429}
"""Of the reasons that come on a socket, as HTTP has them; any other is a request refused."""


class _Message(msgspec.Struct):
    audio: str | None = None
    context: str | None = msgspec.field(default=None, name="contextId")
    is_final: bool | None = msgspec.field(default=None, name="isFinal")
    spelled_final: bool | None = msgspec.field(default=None, name="is_final")
    """As the specification's examples have it."""
    error: str | None = None


_DECODER = msgspec.json.Decoder(_Message)


class Utterance:
    """One sentence. Raises `Refused` or `ConnectionError`."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._context = uuid4().hex
        self._is_closed = False
        self.is_over = False

    async def begin(self) -> None:
        """A single space opens the context."""
        schedule = {"chunk_length_schedule": FIRST_CHUNKS}
        await self._tell(text=" ", generation_config=schedule)

    async def send(self, text: str) -> None:
        """The next words."""
        await self._tell(text=f"{text} ")

    async def end(self) -> None:
        """There are no more."""
        await self._tell(flush=True)
        await self.leave()

    async def leave(self) -> None:
        """Nothing more is wanted of it."""
        if not self._is_closed:
            self._is_closed = True
            await self._tell(close_context=True)

    async def audio(self) -> AsyncIterator[bytes]:
        """Raw μ-law as it is made."""
        while not self.is_over:
            message = await self._message()
            if message.context not in (None, self._context):
                continue  # It comes late, of a sentence that was left.
            if message.error is not None:
                raise Refused(STATUSES.get(message.error, 422), message.error)
            if message.context is None:
                continue
            self.is_over = bool(message.is_final or message.spelled_final)
            if message.audio:
                yield base64.b64decode(message.audio)

    async def _message(self) -> _Message:
        try:
            return _DECODER.decode(await self._socket.recv())
        except (ConnectionClosed, msgspec.DecodeError) as exc:
            raise ConnectionError(type(exc).__name__) from exc

    async def _tell(self, **message: object) -> None:
        try:
            await self._socket.send(
                msgspec.json.encode({**message, "context_id": self._context}).decode()
            )
        except ConnectionClosed as exc:
            raise ConnectionError(type(exc).__name__) from exc


class InputSockets:
    """Sockets to one voice of one model, opened as they are needed and kept for a while."""

    def __init__(self, key: str, base_url: str, voice_id: str, model_id: str) -> None:
        asked = {
            "model_id": model_id,
            "output_format": "ulaw_8000",
            "inactivity_timeout": INACTIVE_S,
        }
        base = base_url.rstrip("/").replace("http", "ws", 1)
        path = f"/v1/text-to-speech/{voice_id}/multi-stream-input"
        self._url = f"{base}{path}?{urlencode(asked)}"
        self._key = key
        self._free: list[tuple[ClientConnection, float]] = []

    async def warm(self) -> None:
        """Have one at hand."""
        if not any(time.monotonic() - since < WARM_S for _, since in self._fresh()):
            self._give_back(await self._opened())

    @asynccontextmanager
    async def utterance(self) -> AsyncIterator[Utterance]:
        """A sentence to be said; left early, what is not made yet is not made."""
        socket = await self._socket()
        utterance = Utterance(socket)
        is_usable = False
        try:
            await utterance.begin()
            yield utterance
            is_usable = True
        except (asyncio.CancelledError, GeneratorExit):
            is_usable = True
            raise
        finally:
            if is_usable:
                with suppress(ConnectionError):
                    await utterance.leave()
                self._give_back(socket)
            else:
                await socket.close()

    async def close(self) -> None:
        """Close those that are free."""
        kept, self._free = self._free, []
        async with asyncio.TaskGroup() as group:
            for socket, _ in kept:
                group.create_task(socket.close())

    async def _socket(self) -> ClientConnection:
        if self._fresh():
            return self._free.pop()[0]
        return await self._opened()

    def _fresh(self) -> list[tuple[ClientConnection, float]]:
        """Those that are still good; nobody waits for the others' goodbyes."""
        kept, self._free = self._free, []
        for socket, since in kept:
            if socket.state is State.OPEN and time.monotonic() - since < KEPT_S:
                self._free.append((socket, since))
            else:
                socket.transport.abort()
        return self._free

    async def _opened(self) -> ClientConnection:
        try:
            return await connect(
                self._url,
                additional_headers={"xi-api-key": self._key},
                open_timeout=CONNECT_S,
                close_timeout=GOODBYE_S,
                ssl=tls_for(self._url),
                compression=None,
                ping_interval=None,
                max_size=LARGEST_MESSAGE,
            )
        except InvalidStatus as exc:
            raise Refused(exc.response.status_code, "") from exc
        except InvalidHandshake as exc:
            raise ConnectionError(type(exc).__name__) from exc

    def _give_back(self, socket: ClientConnection) -> None:
        if len(self._fresh()) < MOST_KEPT:
            self._free.append((socket, time.monotonic()))
        else:
            socket.transport.abort()
