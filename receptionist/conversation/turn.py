"""The line between one answer being made and whoever holds the call.

The answer is made in a task of its own, ahead of what has been handed out;
what was never handed out is taken back when the caller interrupts. Silence is
covered by short phrases: soon the first time, and then now and then.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from receptionist.conversation.context import Conversation, Round
from receptionist.conversation.events import RouterEvent, Sentence, TurnTimings

Gate = Callable[[], Awaitable[object]]
"""Returns once functions may run."""

SLOW_MODEL_FILLER = "One moment, please."
LONG_WAIT_FILLERS = (
    "Thank you for waiting, I'm still on it.",
    "I'm sorry, this is taking a little longer than usual.",
    "Just a moment more.",
)
LONG_WAIT_S = 4.0
"""From one phrase's first word to the next one's: less than three seconds of it are silent."""


@dataclass(frozen=True, slots=True)
class _Item:
    event: RouterEvent
    origin: Round | None = None


@dataclass(frozen=True, slots=True)
class _Working:
    filler: str | None


class Turn:
    """One answer on its way. `put…` and `say` are the maker's side, `next` the holder's."""

    def __init__(
        self,
        conversation: Conversation,
        *,
        filler_after_s: float,
        slow_model_s: float,
        may_act: Gate | None = None,
    ) -> None:
        self.conversation = conversation
        self._may_act = may_act
        self.said: list[str] = []
        """Every sentence of this turn, fillers aside."""
        self._queue: asyncio.Queue[_Item | _Working | None] = asyncio.Queue(maxsize=64)
        self._began = asyncio.get_running_loop().time()
        self._first_token_ms: float | None = None
        self._filler_after_s = filler_after_s
        self._filler = SLOW_MODEL_FILLER
        self._spoke_last = False
        self._fillers = 0
        self._filler_at: float | None = self._began + slow_model_s

    async def may_act(self) -> None:
        """Wait until it is certain that the caller has finished: nothing is done before."""
        if self._may_act is not None:
            await self._may_act()

    def token(self) -> None:
        """The model has begun to answer."""
        if self._first_token_ms is None:
            self._first_token_ms = self._elapsed_ms()

    async def say(self, text: str, origin: Round) -> None:
        """The next sentence, which becomes part of the dialogue."""
        self.token()
        is_first = not self.said
        self.said.append(text)
        origin.say(text)
        try:
            await self._queue.put(_Item(Sentence(text), origin))
        except asyncio.CancelledError:
            origin.unsay(text)
            raise
        if is_first:
            await self.put(TurnTimings(self._first_token_ms or 0.0, self._elapsed_ms()))

    async def put(self, event: RouterEvent) -> None:
        """An event that says nothing."""
        await self._queue.put(_Item(event))

    async def working(self, filler: str | None) -> None:
        """Functions begin to run."""
        await self._queue.put(_Working(filler))

    async def end(self) -> None:
        """Nothing follows."""
        await self._queue.put(None)

    async def next(self) -> RouterEvent | None:
        """The next event, or a filler when it takes too long; None at the end."""
        while True:
            try:
                async with asyncio.timeout_at(self._filler_at):
                    item = await self._queue.get()
            except TimeoutError:
                return self._cover()
            match item:
                case None:
                    return None
                case _Working(filler=filler):
                    self._expect_wait(filler)
                case _Item(event=event):
                    if isinstance(event, Sentence):
                        self._filler_at, self._spoke_last = None, True
                    return event

    def _cover(self) -> Sentence:
        filler = Sentence(self._filler, filler=True)
        self._spoke_last = False
        self._filler = LONG_WAIT_FILLERS[self._fillers % len(LONG_WAIT_FILLERS)]
        self._fillers += 1
        self._filler_at = asyncio.get_running_loop().time() + LONG_WAIT_S
        return filler

    def withdraw(self) -> None:
        """Take back from the dialogue what was made but never handed out."""
        waiting = []
        while not self._queue.empty():
            waiting.append(self._queue.get_nowait())
        for item in reversed(waiting):
            if isinstance(item, _Item) and item.origin and isinstance(item.event, Sentence):
                item.origin.unsay(item.event.text)

    def _expect_wait(self, filler: str | None) -> None:
        # After a phrase, or a sentence, there is time until it was spoken.
        if self._fillers == 0 and self._filler_at is not None and filler is not None:
            self._filler = filler
            self._filler_at = self._began + self._filler_after_s
        elif self._spoke_last:
            self._filler = LONG_WAIT_FILLERS[0]
            self._filler_at = asyncio.get_running_loop().time() + LONG_WAIT_S

    def _elapsed_ms(self) -> float:
        return (asyncio.get_running_loop().time() - self._began) * 1000
