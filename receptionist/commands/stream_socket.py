"""Media streams carried by picows, on the server's own port.

Uvicorn reads the request and the application decides about it, as for any WebSocket. Once it
is accepted, picows takes the connection over: a frame costs it a third of what it costs
uvicorn. What picows leaves to its user is here: messages in several frames, UTF-8, limits,
the closing handshake, and holding back who sends faster than is read.
"""

import asyncio
import logging
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Any

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport
from picows.picows import WSAutoPingStrategy, WSProtocol  # type: ignore[attr-defined]
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from receptionist.call.media_socket import EXTENSION

STREAMS = "/voice/stream/"
LARGEST_REQUEST = 8 * 1024
"""Picows reads no longer ones; nor does Twilio send any."""
COPIED = 8 * 1024
"""Above this, picows 2.3 writes a header from memory that its next message overwrites."""
HANDSHAKE_S = 5.0
TEXT = WSMsgType.TEXT
"""Named for every frame: to look a member up in its class costs as much as to decode one."""
CONTROL = (WSMsgType.PING, WSMsgType.PONG)
_LOG = logging.getLogger("picows.streams")


class StreamProtocol(WebSocketsSansIOProtocol):
    """Uvicorn's WebSocket, which hands a media stream to picows when it is accepted."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._request = b""
        self._socket: PicowsSocket | None = None

    def data_received(self, data: bytes) -> None:
        """Until picows has it, or for as long as it stays here."""
        if not self.handshake_complete:
            self._request += data
        super().data_received(data)

    async def send(self, message: Any) -> None:
        """The application's answer, or a message of its own."""
        if self._socket is not None:
            # The call has the socket itself; the application can only close it.
            await self._socket.close(message.get("code", 1000))
        elif message["type"] == "websocket.accept" and self._is_for_picows:
            self._hand_over()
        else:
            await super().send(message)

    @property
    def _is_for_picows(self) -> bool:
        is_stream = STREAMS in self.scope["path"] and not self.handshake_complete
        # Who sent more than the request did not wait for the answer.
        is_whole = self._request.endswith(b"\r\n\r\n") and self._request.count(b"\r\n\r\n") == 1
        return is_stream and is_whole and len(self._request) <= LARGEST_REQUEST

    def _hand_over(self) -> None:
        if self.transport.is_closing():
            raise ClientDisconnected
        self.handshake_complete = True
        self._socket = PicowsSocket(self)
        extensions: Any = self.scope["extensions"]
        extensions[EXTENSION] = self._socket
        self._socket.take_over(self.transport, self._request, self.config.ws_max_size)
        self._request = b""

    def shutdown(self) -> None:
        """The server stops."""
        if self._socket is None:
            super().shutdown()
        else:
            self._socket.end(WSCloseCode.SERVICE_RESTART)

    def wait_for_close(self) -> None:
        """Ours has been sent; the other side answers, or is not waited for any longer."""
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.close)


class PicowsSocket(WSListener):
    """Fulfil `MediaSocket`."""

    def __init__(self, server: StreamProtocol) -> None:
        self._server = server
        self._on_message: Callable[[str | bytes], None]
        self._gone = asyncio.Event()
        self._is_over = False
        """Gone, or about to be: we have said goodbye."""
        self._writable = server.writable
        self._parts = bytearray()
        self._parts_type: WSMsgType | None = None
        self._largest = 0
        self._transport: WSTransport

    def take_over(self, transport: asyncio.Transport, request: bytes, largest: int) -> None:
        """Answer the request, and have all that follows it, once somebody listens."""
        self._largest = largest
        protocol = WSProtocol(
            None,
            None,
            False,
            lambda _request: self,
            _LOG,
            True,
            HANDSHAKE_S,
            False,
            10,
            10,
            WSAutoPingStrategy.PING_WHEN_IDLE,
            True,
            largest,
            None,
            2 * LARGEST_REQUEST,
        )
        transport.pause_reading()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        self._transport = protocol.transport
        protocol.get_buffer(-1)[: len(request)] = request
        protocol.buffer_updated(len(request))

    # What the call does.

    async def listen(self, on_message: Callable[[str | bytes], None]) -> None:
        """Hand on each message as it comes, until the connection is gone."""
        # Picows calls from the loop itself, where logs would not know which call it is.
        run: Any = copy_context().run
        self._on_message = partial(run, on_message)
        self._read_on()
        await self._gone.wait()

    async def send(self, text: str) -> None:
        """Send a text message. Raises `ConnectionError` when the connection is gone."""
        if not self._writable.is_set():
            await self._writable.wait()
        # Picows says goodbye by itself to whoever breaks the protocol.
        if self._is_over or self._transport.is_close_frame_sent:
            raise ConnectionError("media stream is gone")
        data = text.encode()
        if len(data) < COPIED:
            self._transport.send(WSMsgType.TEXT, data)
        else:
            self._transport.underlying_transport.write(_header(len(data)) + data)

    async def close(self, code: int = 1000) -> None:
        """Close from our side; never raises."""
        if self._is_over or self._transport.is_close_frame_sent:
            return
        self._transport.send_close(WSCloseCode(code))
        self._finish()
        self._read_on()
        self._server.wait_for_close()

    def end(self, code: WSCloseCode) -> None:
        """Close, and wait for nobody."""
        self._transport.send_close(code)
        self._finish()
        self._transport.disconnect()

    # What picows tells.

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """A frame has come."""
        kind = frame.msg_type
        if frame.rsv1 or frame.rsv2 or frame.rsv3:
            self.end(WSCloseCode.PROTOCOL_ERROR)
        elif kind is TEXT and frame.fin and self._parts_type is None and not self._is_over:
            self._deliver_text(frame.get_payload_as_utf8_text)
        elif kind is WSMsgType.CLOSE:
            self._closed_by_them(transport, frame)
        elif kind in CONTROL or self._is_over:
            return
        elif kind is WSMsgType.BINARY and frame.fin and self._parts_type is None:
            self._on_message(frame.get_payload_as_bytes())
        else:
            self._assemble(kind, frame)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The connection is gone."""
        self._finish()
        self._server.connection_lost(None)

    def pause_writing(self) -> None:
        """The other side reads too slowly."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """It has caught up."""
        self._writable.set()

    def _assemble(self, kind: WSMsgType, frame: WSFrame) -> None:
        begins = kind != WSMsgType.CONTINUATION
        if begins == (self._parts_type is not None):
            self.end(WSCloseCode.PROTOCOL_ERROR)
            return
        if begins:
            self._parts_type = kind
        self._parts += frame.get_payload_as_bytes()
        if len(self._parts) > self._largest:
            self.end(WSCloseCode.MESSAGE_TOO_BIG)
        elif frame.fin and self._parts_type is not None:
            whole, kind = bytes(self._parts), self._parts_type
            self._parts, self._parts_type = bytearray(), None
            if kind is TEXT:
                self._deliver_text(whole.decode)
            else:
                self._on_message(whole)

    def _deliver_text(self, read: Callable[[], str]) -> None:
        try:
            text = read()
        except UnicodeDecodeError:
            self.end(WSCloseCode.INVALID_TEXT)
        else:
            self._on_message(text)

    def _closed_by_them(self, transport: WSTransport, frame: WSFrame) -> None:
        if not transport.is_close_frame_sent:
            # Without a code of theirs there is none to repeat.
            transport.send_close(frame.get_close_code() or WSCloseCode.OK)
        self._finish()
        transport.disconnect()

    def _finish(self) -> None:
        self._is_over = True
        self._gone.set()

    def _read_on(self) -> None:
        transport = self._transport.underlying_transport
        if not transport.is_closing():
            transport.resume_reading()


def _header(length: int) -> bytes:
    """Of a server's text message in one frame."""
    if length < 1 << 16:
        return b"\x81\x7e" + length.to_bytes(2, "big")
    return b"\x81\x7f" + length.to_bytes(8, "big")
