"""How a call leaves its stream: once, and for one reason.

What comes next is planned in the call's file before the stream is closed, because
`/voice/ended` asks there.
"""

import asyncio
from collections.abc import Callable

from receptionist.call.file import CallFile, Next
from receptionist.ports.records import EndedBy

HEARD_WITHIN_S = 20.0
"""The last words have been heard by then, or the call ends all the same."""


class CallOver(Exception):
    """Leaves the call's task group; not an error."""


class Ending:
    """The first reason counts; whatever comes after it is too late."""

    def __init__(self, file: CallFile, finish_records: Callable[[], None]) -> None:
        self._file = file
        self._finish_records = finish_records
        self._left = asyncio.Event()
        self._when_heard: Callable[[], None] | None = None

    @property
    def pending(self) -> bool:
        """Whether the call ends once what has been said is heard."""
        return self._when_heard is not None

    def hang_up(self) -> None:
        """We end the call."""
        self._leave("hang_up", by="receptionist")

    def caller_hung_up(self) -> None:
        """The stream was stopped."""
        self._leave("hang_up", by="caller")

    def transfer(self, reason: str) -> None:
        """A person is rung next."""
        self._leave("transfer", reason=reason)

    def go_plain(self) -> None:
        """Nobody hears or speaks any more: Twilio's own ears and voice take over."""
        self._leave("plain")

    def lose(self) -> None:
        """The socket is gone without a `stop`: stored state answers if Twilio asks again."""
        if not self._left.is_set():
            self._file.lost = True
        self._leave(self._file.next)

    def refuse(self) -> None:
        """The stream is not this call's; nothing is planned."""
        self._left.set()

    def when_heard(self, then: Callable[[], None], group: asyncio.TaskGroup) -> None:
        """Leave once what has been said is heard, or its time is up."""
        self._when_heard = then
        group.create_task(self._in_time(then))

    def all_heard(self) -> None:
        """Nothing is left to be heard: a pending end is due."""
        if self._when_heard is not None:
            self._when_heard()

    def forget(self) -> None:
        """The caller has taken the floor: the call goes on."""
        self._when_heard = None

    async def wait(self) -> None:
        """Raise `CallOver` when the stream is to be left."""
        await self._left.wait()
        raise CallOver

    async def _in_time(self, then: Callable[[], None]) -> None:
        await asyncio.sleep(HEARD_WITHIN_S)
        if self._when_heard is then:
            then()

    def _leave(self, what: Next, *, by: EndedBy | None = None, reason: str = "") -> None:
        """`by` is None when the call itself goes on elsewhere."""
        if self._left.is_set():
            return
        self._left.set()
        if by is not None:
            self._finish_records()
        self._file.plan(what, transfer_reason=reason)
        if by is not None:
            self._file.ended(by)
