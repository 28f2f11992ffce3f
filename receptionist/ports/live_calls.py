"""Calls on the line as staff see them: words as they come, and what staff ask for.

A request is a row: whichever process holds the call takes it, once. Words travel only while
somebody listens, and are kept nowhere on their way.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

RequestKind = Literal["whisper", "take_over", "end"]
Speaker = Literal["caller", "receptionist"]


@dataclass(frozen=True, slots=True)
class StaffRequest:
    """What somebody of the staff wants of a call on the line.

    `detail` is the hint of a whisper, or the number (E.164) that takes over.
    """

    call_sid: str
    kind: RequestKind
    detail: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LiveWord:
    """Somebody is saying something: a caller's words grow, a receptionist's are a sentence."""

    speaker: Speaker
    text: str


class StaffRequests(Protocol):
    async def add(self, request: StaffRequest) -> None: ...
    async def take(self, call_sids: Sequence[str]) -> Sequence[StaffRequest]:
        """Those for these calls, oldest first; nobody else gets them."""

    async def waiting(self, call_sids: Sequence[str]) -> int:
        """How many nobody has taken."""

    async def latest_change(self) -> str:
        """Differs from what it was when one has come or was taken."""

    async def forget(self, before: datetime) -> None:
        """Those that no call has taken."""


class LiveWords(Protocol):
    """What somebody hears who listens."""

    async def get(self) -> LiveWord:
        """The next; may be cancelled without losing one."""


class LiveChannel(Protocol):
    """Words and wake-ups between those who hold calls and those who listen."""

    name: str
    everywhere: bool
    """Whether words of calls in other processes come through."""

    def listened(self, call_sid: str) -> bool:
        """Whether anybody listens to this call, here or in another process."""

    def say(self, call_sid: str, word: LiveWord) -> None:
        """Pass a word on; never waits and never raises."""

    def listen(self, call_sid: str) -> AbstractAsyncContextManager[LiveWords]:
        """The call's words from now on, whoever holds it. A slow listener misses the oldest."""

    def wake(self) -> None:
        """There is a request for some call; never waits and never raises."""

    def on_wake(self, told: Callable[[], None]) -> None:
        """Call `told` whenever any process says so."""

    async def run(self) -> None:
        """Does its work until it is cancelled."""

    async def close(self) -> None:
        """Release connections."""
