"""One softphone call: a browser's messages in, the conversation's words out.

Knows the browser's wire protocol and when a caller is silent, cuts in or hangs up. Does
not know who thinks: that is a `PhoneConversation`, made by the call layer.

To the browser: `call`, `sentence` (with `spoken`, the same made fit for a voice),
`action`, `state` (`thinking`, `listening`) and `ended`. The browser plays sentences in
order and reports what was heard, so an interruption cuts the dialogue where the
caller stopped listening.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from receptionist.action_cards import action_card
from receptionist.conversation.events import (
    ActionDone,
    EffectRequested,
    RouterEvent,
    Sentence,
    TurnTimings,
)
from receptionist.errors import ProtocolError
from receptionist.phone.messages import Active, ClientMessage, HangUp, Heard, Key, Say, parse
from receptionist.ports.function_handler import EndCall, TransferCaller
from receptionist.ports.records import EndedBy

logger = structlog.get_logger()

MAX_MALFORMED = 50
KEYS_PAUSE_S = 2.0
GRACE_S = 5.0
CHARACTERS_PER_SECOND = 10
"""A slow voice: how long a browser that reports nothing is given to play a text."""

STILL_THERE = "Are you still there?"
NOBODY_THERE = "I can't hear anyone, so I'll hang up now. Please call again any time. Goodbye."
CONNECTED = "On a real telephone line, I would now put you through to a person."
FAILED = "I'm sorry, something went wrong on my side. Could you say that again?"


class PhoneConversation(Protocol):
    """One conversation, as the call layer holds it."""

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
        """Of the turn before, the caller heard only this."""

    def key(self, digit: str) -> str | None:
        """A key. Words to answer at once, or None: digits are answered together after a pause."""

    async def end(self, ended_by: EndedBy) -> None:
        """The call is over. Called once."""


class PhoneConversations(Protocol):
    """Where conversations come from."""

    async def open(self, practice_hint: str | None) -> PhoneConversation:
        """A new one, with the practice of that name or number, or the first. Raises `NotFound`."""


@dataclass(frozen=True, slots=True)
class _TurnOver:
    number: int


@dataclass(frozen=True, slots=True)
class _Gone:
    ended_by: EndedBy


class PhoneLine:
    """Hold one conversation over one accepted WebSocket."""

    def __init__(
        self,
        socket: WebSocket,
        conversation: PhoneConversation,
        *,
        spoken: Callable[[str], str],
        idle_s: float,
    ) -> None:
        self._socket = socket
        self._conversation = conversation
        self._spoken = spoken
        self._idle_s = idle_s
        self._inbox: asyncio.Queue[ClientMessage | _TurnOver | _Gone] = asyncio.Queue(64)
        self._turn: asyncio.Task[None] | None = None
        self._turn_number = 0
        self._said: list[str] = []
        self._heard: str | None = None
        """What the browser reported of the present turn; None when it has not."""
        self._stretch = 0
        """Counts what is said in one go, so that a late report is not taken for another's."""
        self._own_words = False
        """What is being said comes from here, so the conversation need not know what was heard."""
        self._closing: EndedBy | None = None
        self._asked = False
        self._keys = ""
        self._deadline: float | None = None
        self.malformed = 0

    async def run(self) -> None:
        """Greet, converse, end. Returns when the call is over and the socket closed."""
        ended_by: EndedBy = "lost"
        try:
            async with asyncio.TaskGroup() as tasks:
                reader = tasks.create_task(self._read())
                await self._greet()
                ended_by = await self._hold(tasks)
                reader.cancel()
                await self._stop_turn()
            await self._send({"type": "ended", "by": ended_by})
            await self._close(1008 if ended_by == "refused" else 1000)
        finally:
            await self._conversation.end(ended_by)
            logger.info(
                "phone_call_ended",
                call_sid=self._conversation.call_sid,
                ended_by=ended_by,
                malformed=self.malformed,
            )

    async def _read(self) -> None:
        while True:
            try:
                raw = await self._socket.receive_text()
            except WebSocketDisconnect as gone:
                # A closed tab is a caller who hung up; 1006 is a line that broke.
                await self._inbox.put(_Gone("lost" if gone.code == 1006 else "caller"))
                return
            except KeyError:
                raw = ""
            try:
                message = parse(raw)
            except ProtocolError:
                self.malformed += 1
                if self.malformed >= MAX_MALFORMED:
                    await self._inbox.put(_Gone("refused"))
                    return
                continue
            await self._inbox.put(message)

    async def _greet(self) -> None:
        conversation = self._conversation
        await self._send(
            {"type": "call", "call_sid": conversation.call_sid, "practice": conversation.practice}
        )
        await self._say(conversation.greeting)
        await self._state("listening")
        self._wait_for(self._playing_s() + self._idle_s)

    async def _hold(self, tasks: asyncio.TaskGroup) -> EndedBy:
        while True:
            try:
                async with asyncio.timeout_at(self._deadline):
                    event = await self._inbox.get()
            except TimeoutError:
                ended_by = await self._time_is_up(tasks)
            else:
                ended_by = await self._receive(event, tasks)
            if ended_by is not None:
                return ended_by

    async def _receive(
        self, event: ClientMessage | _TurnOver | _Gone, tasks: asyncio.TaskGroup
    ) -> EndedBy | None:
        match event:
            case Say(text):
                await self._answer(text, tasks)
            case Key(digit):
                await self._press(digit, tasks)
            case Heard(text, cut, stretch):
                if stretch in (None, self._stretch):
                    return await self._on_heard(text, cut=cut)
            case Active():
                self._caller_is_there()
            case HangUp():
                return "caller"
            case _Gone(ended_by):
                return ended_by
            case _TurnOver(number):
                return self._on_turn_over(number)
        return None

    async def _answer(self, text: str, tasks: asyncio.TaskGroup) -> None:
        await self._cut_in()
        self._asked, self._keys, self._deadline = False, "", None
        self._begin()
        self._turn_number += 1
        self._turn = tasks.create_task(self._think(self._turn_number, text))

    async def _press(self, digit: str, tasks: asyncio.TaskGroup) -> None:
        await self._cut_in()
        self._begin()
        self._asked = False
        at_once = self._conversation.key(digit)
        if at_once is not None:
            await self._answer(at_once, tasks)
        elif digit == "#" and self._keys:
            await self._answer(self._keys, tasks)
        else:
            self._keys += digit
            self._wait_for(KEYS_PAUSE_S)

    async def _on_heard(self, text: str, *, cut: bool) -> EndedBy | None:
        self._heard = _common_start("".join(_spaced(self._said)), text)
        if cut:
            await self._cut_in()
            self._begin()
            self._caller_is_there()
            return None
        return self._silence_begins() if self._turn is None and self._all_heard() else None

    def _on_turn_over(self, number: int) -> EndedBy | None:
        if self._turn is None or number != self._turn_number:
            return None
        self._turn = None
        if self._all_heard():
            return self._silence_begins()
        grace_s = GRACE_S if self._closing else self._idle_s
        self._wait_for(self._playing_s() + grace_s)
        return None

    def _silence_begins(self) -> EndedBy | None:
        if self._closing is not None:
            return self._closing
        if not self._keys:
            self._wait_for(self._idle_s)
        return None

    async def _time_is_up(self, tasks: asyncio.TaskGroup) -> EndedBy | None:
        self._deadline = None
        if self._keys:
            await self._answer(self._keys, tasks)
            return None
        if self._closing is not None:
            return self._closing
        self._begin(own_words=True)
        if self._asked:
            self._closing = "receptionist"
            await self._say(NOBODY_THERE)
            self._wait_for(self._playing_s() + GRACE_S)
        else:
            self._asked = True
            await self._say(STILL_THERE)
            self._wait_for(self._playing_s() + self._idle_s)
        return None

    def _caller_is_there(self) -> None:
        self._asked = False
        if self._turn is None and self._closing is None and not self._keys:
            self._wait_for(self._playing_s() + self._idle_s)

    async def _cut_in(self) -> None:
        """The caller takes the floor: stop the turn, and say what of it was heard."""
        was_running = await self._stop_turn()
        self._closing = None
        if self._own_words or (not self._said and not was_running):
            return
        if self._heard is None and not was_running:
            return  # A browser that reports nothing has shown all of it.
        if was_running or not self._all_heard():
            said = "".join(_spaced(self._said))
            await self._conversation.interrupted(said if self._heard is None else self._heard)

    async def _stop_turn(self) -> bool:
        turn, self._turn = self._turn, None
        if turn is None or turn.done():
            return False
        turn.cancel()
        await asyncio.wait([turn])
        return True

    async def _think(self, number: int, text: str) -> None:
        await self._state("thinking")
        try:
            await self._deliver(self._conversation.respond(text))
        except Exception:
            # Whatever broke, the caller is not left in silence.
            logger.warning("phone_turn_failed", call_sid=self._conversation.call_sid, exc_info=True)
            self._begin(own_words=True)
            await self._say(FAILED)
        await self._state("listening")
        await self._inbox.put(_TurnOver(number))

    async def _deliver(self, events: AsyncIterator[RouterEvent]) -> None:
        try:
            async for event in events:
                await self._show(event)
        finally:
            # A generator cut off between two events must still run its own clean-up, now.
            close = getattr(events, "aclose", None)
            if close is not None:
                await close()

    async def _show(self, event: RouterEvent) -> None:
        match event:
            case Sentence(text, filler):
                await self._say(text, filler=filler)
            case ActionDone(name=name, arguments=arguments, result=result):
                card = action_card(name, arguments, result)
                await self._send(
                    {
                        "type": "action",
                        "name": name,
                        "kind": card.kind,
                        "title": card.title,
                        "detail": card.detail,
                    }
                )
            case EffectRequested(EndCall()):
                self._closing = "receptionist"
            case EffectRequested(TransferCaller()):
                self._closing = "transfer"
                await self._say(CONNECTED)
            case TurnTimings():
                pass  # The conversation stores them; a caller has no use for them.

    def _begin(self, *, own_words: bool = False) -> None:
        """A new stretch of our speech: nothing of it said or heard yet."""
        self._said, self._heard, self._own_words = [], None, own_words
        self._stretch += 1

    async def _say(self, text: str, *, filler: bool = False) -> None:
        self._said.append(text)
        await self._send(
            {
                "type": "sentence",
                "text": text,
                "spoken": self._spoken(text),
                "filler": filler,
                "stretch": self._stretch,
            }
        )

    async def _state(self, state: str) -> None:
        await self._send({"type": "state", "state": state})

    async def _send(self, message: dict[str, Any]) -> None:
        if self._socket.application_state is WebSocketState.CONNECTED:
            # The reader learns of a lost line and ends the call; a send need not.
            with contextlib.suppress(WebSocketDisconnect):
                await self._socket.send_json(message)

    async def _close(self, code: int) -> None:
        if self._socket.client_state is WebSocketState.CONNECTED:
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await self._socket.close(code)

    def _all_heard(self) -> bool:
        said = "".join(_spaced(self._said))
        return (self._heard or "").rstrip() == said

    def _playing_s(self) -> float:
        unheard = sum(map(len, self._said)) - len(self._heard or "")
        return max(0, unheard) / CHARACTERS_PER_SECOND

    def _wait_for(self, seconds: float) -> None:
        self._deadline = asyncio.get_running_loop().time() + seconds


def _spaced(sentences: list[str]) -> list[str]:
    return [text if n == 0 else f" {text}" for n, text in enumerate(sentences)]


def _common_start(said: str, claimed: str) -> str:
    """What of `claimed` was really said; a browser is not believed beyond that."""
    length = 0
    for ours, theirs in zip(said, claimed, strict=False):
        if ours != theirs:
            break
        length += 1
    return said[:length].rstrip()
