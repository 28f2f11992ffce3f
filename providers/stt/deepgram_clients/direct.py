"""A recogniser's socket in picows, with the methods of the SDK's that are used here.

Each call sends twelve messages a second for as long as it lasts. Through the SDK each of
them is compressed where the server offers it, waits for a lock and a task; here it is a
write to the socket. The SDK makes a TLS context for each connection, which holds up every
other call for 20 ms; here there is one for all.
Wire format: https://developers.deepgram.com/reference/speech-to-text/listen-streaming
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast
from urllib.parse import urlencode

import msgspec
from picows import WSCloseCode, WSError, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from receptionist.tls import tls_for

SILENT_FOR_S = 20.0
"""Then the other side is asked whether it is there, and given as long to answer."""
GOODBYE_S = 0.3
LARGEST_MESSAGE = 1 << 20
COPIED = 4096
"""Above 8 KB picows 2.3 does not copy what it writes late."""


class _Alternative(msgspec.Struct, gc=False):
    transcript: str | None = None
    confidence: float | None = None


class _Channel(msgspec.Struct):
    alternatives: list[_Alternative] = []


class Message(msgspec.Struct):
    """What is read of a message, of either version."""

    type: str | None = None
    event: str | None = None
    # A channel is an object in results, and a list of numbers elsewhere.
    channel: _Channel | list[int] | None = None
    is_final: bool | None = None
    speech_final: bool | None = None
    start: float | None = None
    duration: float | None = None
    last_word_end: float | None = None
    transcript: str | None = None
    audio_window_end: float | None = None


_DECODER = msgspec.json.Decoder(Message)


class Refused(Exception):
    """The server answered with this HTTP status instead of a socket."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


class DirectSocket(WSListener):
    """One connection. What is sent after it has gone raises `ConnectionError`."""

    def __init__(self) -> None:
        self._heard: asyncio.Queue[Message | None] = asyncio.Queue()
        self._writable = asyncio.Event()
        self._writable.set()
        self._part = bytearray()
        self._transport: WSTransport

    async def __aiter__(self) -> AsyncIterator[Message]:
        while (message := await self._heard.get()) is not None:
            yield message

    async def send_media(self, mulaw: bytes) -> None:
        """Audio."""
        for start in range(0, len(mulaw), COPIED):
            await self._send(WSMsgType.BINARY, mulaw[start : start + COPIED])

    async def send_finalize(self) -> None:
        """Let what is unfinished be decided."""
        await self._send(WSMsgType.TEXT, b'{"type":"Finalize"}')

    async def send_force_end_turn(self) -> None:
        """The same in the newer version's words."""
        await self._send(WSMsgType.TEXT, b'{"type":"ForceEndTurn"}')

    async def send_keep_alive(self) -> None:
        """Hold the connection while there is no audio."""
        await self._send(WSMsgType.TEXT, b'{"type":"KeepAlive"}')

    async def send_close_stream(self) -> None:
        """No more audio comes."""
        await self._send(WSMsgType.TEXT, b'{"type":"CloseStream"}')

    async def close(self) -> None:
        """Say goodbye, and wait a little for the answer; never raises."""
        if not self._transport.is_close_frame_sent:
            self._transport.send_close(WSCloseCode.OK)
        try:
            async with asyncio.timeout(GOODBYE_S):
                await self._transport.wait_disconnected()
        except (TimeoutError, WSError, OSError):
            self._transport.disconnect()

    async def _send(self, kind: WSMsgType, data: bytes) -> None:
        if not self._writable.is_set():
            await self._writable.wait()
        if self._transport.is_disconnected or self._transport.is_close_frame_sent:
            raise ConnectionError("the connection is gone")
        self._transport.send(kind, data)

    # What picows tells.

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The connection is there."""
        self._transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """A frame has come."""
        if frame.msg_type == WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code() or WSCloseCode.OK)
            transport.disconnect()
        elif frame.msg_type in (WSMsgType.TEXT, WSMsgType.CONTINUATION):
            self._part += frame.get_payload_as_memoryview()
            if len(self._part) > LARGEST_MESSAGE:
                transport.disconnect()
            elif frame.fin:
                text, self._part = self._part, bytearray()
                self._take(text)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The connection is gone."""
        self._heard.put_nowait(None)
        self._writable.set()

    def pause_writing(self) -> None:
        """The other side reads too slowly."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """It has caught up."""
        self._writable.set()

    def _take(self, text: bytearray) -> None:
        try:
            message = _DECODER.decode(text)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return  # what is not understood is no reason not to listen on
        self._heard.put_nowait(message)


class DirectDial:
    """Opens sockets for one key."""

    def __init__(self, base_url: str, key: str) -> None:
        self._base_url = base_url
        self._headers = {"Authorization": f"Token {key}"}
        self._context = tls_for(base_url)

    @asynccontextmanager
    async def __call__(self, path: str, asked: Mapping[str, Any]) -> AsyncIterator[DirectSocket]:
        """A socket for one call. Raises `Refused` or `OSError`."""
        values = {name: _plain(value) for name, value in asked.items()}
        try:
            _, socket = await ws_connect(
                DirectSocket,
                f"{self._base_url}{path}?{urlencode(values, doseq=True)}",
                ssl_context=self._context,
                extra_headers=self._headers,
                enable_auto_ping=True,
                auto_ping_idle_timeout=SILENT_FOR_S,
                auto_ping_reply_timeout=SILENT_FOR_S,
                max_frame_size=LARGEST_MESSAGE,
                max_redirects=0,
            )
        except WSError as exc:
            response = getattr(exc, "response", None)
            if response is not None and int(response.status) >= 400:
                raise Refused(int(response.status)) from exc
            raise ConnectionError(type(exc).__name__) from exc
        connected = cast(DirectSocket, socket)
        try:
            yield connected
        finally:
            await connected.close()


def _plain(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value
