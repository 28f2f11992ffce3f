"""Where a WebSocket's request is handed to whoever is to hold the connection."""

from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from receptionist.commands.passing import Passage, named_in


class Doorway(H11Protocol):
    """Uvicorn's reader of requests, which passes a stream to the process its URL names.

    It stays here when that process is gone or is this one, or its door is not open: any process
    can hold any stream.
    """

    def __init__(self, *args: Any, passage: Passage, number: int, **named: Any) -> None:
        super().__init__(*args, **named)
        self._passage = passage
        self._number = number

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """The whole request has been read, and nothing after it: the other side waits."""
        number = named_in(event.target)
        if number is not None and number != self._number and self._passed(number, event):
            self.connections.discard(self)
            # Ours is closed; the one that was passed on is the same connection, and stays open.
            self.transport.abort()
            return
        super().handle_websocket_upgrade(event)

    def _passed(self, number: int, event: h11.Request) -> bool:
        lines = [b" ".join((event.method, event.target, b"HTTP/1.1"))]
        lines += [b": ".join(header) for header in event.headers]
        connection = self.transport.get_extra_info("socket").fileno()
        request = b"\r\n".join([*lines, b"", b""])
        return self._passage.pass_on(number, connection, request)
