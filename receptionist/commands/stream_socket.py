"""Media streams carried by picows, on the server's own port.

Uvicorn reads the request and the application decides about it, as for any WebSocket. Once it
is accepted, picows takes the connection over: a frame costs it a third of what it costs
uvicorn. What picows leaves to its user is here: messages in several frames, UTF-8, limits,
the closing handshake, and holding back who sends faster than is read.
"""

import asyncio
import logging
from collections import deque
from typing import Any

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport
from picows.picows import WSAutoPingStrategy, WSProtocol  # type: ignore[attr-defined]
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from receptionist.call.media_socket import EXTENSION

STREAMS = "/voice/stream/"
LARGEST_REQUEST = 8 * 1024
"""Picows reads no longer ones; nor does Twilio send any."""
MOST_WAITING = 500
"""Messages that nobody has read: ten seconds of a call. Then the sender has to wait."""
COPIED = 8 * 1024
"""Above this, picows 2.3 writes a header from memory that its next message overwrites."""
HANDSHAKE_S = 5.0
DATA = (WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION)
_LOG = logging.getLogger("picows.streams")


class StreamProtocol(WebSocketsSansIOProtocol):
    """Uvicorn's WebSocket, which hands a media stream to picows when it is accepted."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._request = b""
        self._socket: PicowsSocket | None = None

    def data_received(self, data: bytes) -> None:
        """Until it is accepted."""
        self._request += data
        super().data_received(data)

    async def send(self, message: Any) -> None:
        """The application's answer, or a message of its own."""
        if self._socket is not None:
            await self._send_to(self._socket, message)
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

    async def _send_to(self, stream: "PicowsSocket", message: Any) -> None:
        if message["type"] == "websocket.close":
            await stream.close(message.get("code", 1000))
            return
        try:
            await stream.send(message.get("text") or (message.get("bytes") or b"").decode())
        except ConnectionError:
            raise ClientDisconnected from None

    async def receive(self) -> Any:
        """The next event for the application."""
        if self._socket is None:
            return await super().receive()
        message = await self._socket.receive()
        if message is None:
            return {"type": "websocket.disconnect", "code": 1005}
        kind = "text" if isinstance(message, str) else "bytes"
        return {"type": "websocket.receive", kind: message}

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
        self._messages: deque[str | bytes] = deque()
        self._arrived = asyncio.Event()
        self._over = False
        self._reading_paused = False
        self._writable = server.writable
        self._parts: list[bytes] = []
        self._parts_type: WSMsgType | None = None
        self._largest = 0
        self._transport: WSTransport

    def take_over(self, transport: asyncio.Transport, request: bytes, largest: int) -> None:
        """Answer the request, and have all that follows it."""
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
        if not transport.is_closing():
            transport.resume_reading()

    # What the call does.

    async def receive(self) -> str | bytes | None:
        """The next message; None when the connection is gone."""
        while not self._messages:
            if self._over:
                return None
            self._arrived.clear()
            await self._arrived.wait()
        message = self._messages.popleft()
        if self._reading_paused and not self._messages:
            self._reading_paused = False
            self._transport.underlying_transport.resume_reading()
        return message

    async def send(self, text: str) -> None:
        """Send a text message. Raises `ConnectionError` when the connection is gone."""
        if not self._writable.is_set():
            await self._writable.wait()
        if self._over or self._transport.is_disconnected or self._transport.is_close_frame_sent:
            raise ConnectionError("media stream is gone")
        data = text.encode()
        if len(data) < COPIED:
            self._transport.send(WSMsgType.TEXT, data)
        else:
            self._transport.underlying_transport.write(_header(len(data)) + data)

    async def close(self, code: int = 1000) -> None:
        """Close from our side; never raises."""
        if self._over or self._transport.is_disconnected or self._transport.is_close_frame_sent:
            return
        self._transport.send_close(WSCloseCode(code))
        self._finish()
        if self._reading_paused:
            self._reading_paused = False
            self._transport.underlying_transport.resume_reading()
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
        if kind == WSMsgType.CLOSE:
            self._closed_by_them(transport, frame)
        elif kind not in DATA or transport.is_close_frame_sent:
            return
        elif frame.rsv1 or frame.rsv2 or frame.rsv3:
            self.end(WSCloseCode.PROTOCOL_ERROR)
        elif frame.fin and not self._parts_type and kind != WSMsgType.CONTINUATION:
            self._deliver(kind, frame.get_payload_as_bytes())
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
        if begins == bool(self._parts_type):
            self.end(WSCloseCode.PROTOCOL_ERROR)
            return
        if begins:
            self._parts_type = kind
        self._parts.append(frame.get_payload_as_bytes())
        if sum(map(len, self._parts)) > self._largest:
            self.end(WSCloseCode.MESSAGE_TOO_BIG)
        elif frame.fin and self._parts_type is not None:
            whole, kind = b"".join(self._parts), self._parts_type
            self._parts, self._parts_type = [], None
            self._deliver(kind, whole)

    def _deliver(self, kind: WSMsgType, data: bytes) -> None:
        message: str | bytes = data
        if kind == WSMsgType.TEXT:
            try:
                message = data.decode()
            except UnicodeDecodeError:
                self.end(WSCloseCode.INVALID_TEXT)
                return
        self._messages.append(message)
        self._arrived.set()
        if len(self._messages) >= MOST_WAITING and not self._reading_paused:
            self._reading_paused = True
            self._transport.underlying_transport.pause_reading()

    def _closed_by_them(self, transport: WSTransport, frame: WSFrame) -> None:
        if not transport.is_close_frame_sent:
            # Without a code of theirs there is none to repeat.
            transport.send_close(frame.get_close_code() or WSCloseCode.OK)
        self._finish()
        transport.disconnect()

    def _finish(self) -> None:
        self._over = True
        self._arrived.set()


def _header(length: int) -> bytes:
    """Of a server's text message in one frame."""
    if length < 1 << 16:
        return b"\x81\x7e" + length.to_bytes(2, "big")
    return b"\x81\x7f" + length.to_bytes(8, "big")
