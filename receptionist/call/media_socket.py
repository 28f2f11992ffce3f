"""A media stream's socket as a call needs it, whatever server accepted it."""

from collections.abc import Callable
from typing import Protocol

EXTENSION = "receptionist.media_socket"
"""Under this name a server that has a `MediaSocket` of its own offers it to the application."""


class MediaSocket(Protocol):
    """Text and binary messages in, text messages out."""

    async def listen(self, on_message: Callable[[str | bytes], None]) -> None:
        """Hand on each message as it comes, until the connection is gone.

        Called back and not awaited: to wake a task for a frame costs more than the frame.
        """

    async def send(self, text: str) -> None:
        """Send a text message. Raises `ConnectionError` when the connection is gone."""

    async def close(self) -> None:
        """Close from our side; never raises."""
