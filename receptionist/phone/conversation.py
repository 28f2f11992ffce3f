"""What the softphone needs from whoever holds its conversations: the call layer."""

from collections.abc import AsyncIterator, Callable
from typing import Protocol

from receptionist.conversation.events import RouterEvent
from receptionist.ports.records import EndedBy


class PhoneConversation(Protocol):
    """One conversation, as the call layer holds it."""

    on_end: Callable[[], None]
    """Called when staff end the conversation."""

    @property
    def call_sid(self) -> str: ...
    @property
    def practice(self) -> str:
        """The practice's name."""

    @property
    def greeting(self) -> str: ...

    def respond(self, text: str) -> AsyncIterator[RouterEvent]:
        """Answer the caller's turn. Cancelled when the caller cuts in."""

    async def interrupted(self, heard_text: str) -> None:
        """Of the turn before, the caller heard only this (fillers left out)."""

    def key(self, digit: str) -> str | None:
        """A key. Words to answer at once, or None: digits are answered together after a pause."""

    async def end(self, ended_by: EndedBy) -> None:
        """The call is over. Called once."""


class PhoneConversations(Protocol):
    """Where conversations come from."""

    async def open(self, practice_hint: str | None) -> PhoneConversation:
        """A new one, with the practice of that name or number, or the first. Raises `NotFound`."""
