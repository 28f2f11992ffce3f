"""Messages on their way to the stream's socket."""

import asyncio
from collections.abc import Callable

from receptionist.call.media_socket import MediaSocket


class Outgoing:
    """One call's messages, sent in order by `run`; putting one in never waits."""

    def __init__(self, socket: MediaSocket, on_sent: Callable[[], None]) -> None:
        self._socket = socket
        self._on_sent = on_sent
        self._messages: asyncio.Queue[str] = asyncio.Queue()

    def put(self, message: str) -> None:
        """Send this after what was put in before."""
        self._messages.put_nowait(message)

    def drop(self) -> None:
        """What has not left yet never does."""
        while not self._messages.empty():
            self._messages.get_nowait()

    async def run(self) -> None:
        """Send until the socket is gone."""
        while True:
            message = await self._messages.get()
            self._on_sent()
            try:
                await self._socket.send(message)
            except ConnectionError:
                return
