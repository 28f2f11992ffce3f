"""One softphone call: a browser's messages in, the conversation's words out.

Knows the browser's wire protocol and when a caller is silent, cuts in or hangs up. Does
not know who thinks: that is a `PhoneConversation`, made by the call layer.

To the browser: `call`, `sentence` (with `spoken`, the same made fit for a voice),
`action`, `state` (`thinking`, `listening`) and `ended` (`by` whom, or `busy`). The browser
plays sentences in order and reports what was heard, so an interruption cuts the dialogue
where the caller stopped listening.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

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
from receptionist.phone.conversation import PhoneConversation
from receptionist.phone.messages import Active, ClientMessage, HangUp, Heard, Key, Say, parse
from receptionist.phone.speech import Speech
from receptionist.ports.function_handler import EndCall, TransferCaller
from receptionist.ports.records import EndedBy

logger = structlog.get_logger()

MAX_MALFORMED = 50
PAGE_CLOSED = (1000, 1001, 1005)
KEYS_PAUSE_S = 2.0
GRACE_S = 5.0
STILL_THERE = "Are you still there?"
NOBODY_THERE = "I can't hear anyone, so I'll hang up now. Please call again any time. Goodbye."
CONNECTED = "On a real telephone line, I would now put you through to a person."
FAILED = "I'm sorry, something went wrong on my side. Could you say that again?"


@dataclass(frozen=True, slots=True)
class _TurnOver:
    number: int


@dataclass(frozen=True, slots=True)
class _Gone:
    ended_by: EndedBy


class PhoneLine:
    """Hold one conversation over one WebSocket."""

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
        self._speech = Speech()
        self._closing: EndedBy | None = None
        self._asked = False
        self._keys = ""
        self._deadline: float | None = None
        self.malformed = 0

    async def run(self) -> None:
        """Accept, greet, converse, end. Returns when the call is over and the socket closed."""
        ended_by: EndedBy = "lost"
        try:
            await self._socket.accept()
            self._conversation.on_end = self._ended_by_staff
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

    def _ended_by_staff(self) -> None:
        self._closing = "receptionist"
        with contextlib.suppress(asyncio.QueueFull):
            self._inbox.put_nowait(_Gone("receptionist"))

    async def _read(self) -> None:
        while True:
            try:
                raw = await self._socket.receive_text()
            except WebSocketDisconnect as gone:
                # A closed page is a caller who hung up; any other code is a line that broke.
                await self._inbox.put(_Gone("caller" if gone.code in PAGE_CLOSED else "lost"))
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
        self._wait_for(self._speech.playing_s + self._idle_s)

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
                if stretch in (None, self._speech.stretch):
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
        self._speech.begin()
        self._turn_number += 1
        self._turn = tasks.create_task(self._think(self._turn_number, text))

    async def _press(self, digit: str, tasks: asyncio.TaskGroup) -> None:
        await self._cut_in()
        self._speech.begin()
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
        self._speech.report(text)
        if cut:
            await self._cut_in()
            self._speech.begin()
            self._caller_is_there()
            return None
        return self._silence_begins() if self._turn is None and self._speech.all_heard else None

    def _on_turn_over(self, number: int) -> EndedBy | None:
        if self._turn is None or number != self._turn_number:
            return None
        self._turn = None
        if self._speech.all_heard:
            return self._silence_begins()
        grace_s = GRACE_S if self._closing else self._idle_s
        self._wait_for(self._speech.playing_s + grace_s)
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
        self._speech.begin()
        if self._asked:
            self._closing = "receptionist"
            await self._say(NOBODY_THERE, own=True)
            self._wait_for(self._speech.playing_s + GRACE_S)
        else:
            self._asked = True
            await self._say(STILL_THERE, own=True)
            self._wait_for(self._speech.playing_s + self._idle_s)
        return None

    def _caller_is_there(self) -> None:
        self._asked = False
        if self._turn is None and self._closing is None and not self._keys:
            self._wait_for(self._speech.playing_s + self._idle_s)

    async def _cut_in(self) -> None:
        """The caller takes the floor: stop the turn, and say what of it was heard."""
        was_running = await self._stop_turn()
        self._closing = None
        if was_running or self._speech.cut_short:
            await self._conversation.interrupted(self._speech.heard_answer())

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
            self._speech.begin()
            await self._say(FAILED, own=True)
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
                await self._say(CONNECTED, own=True)
            case TurnTimings():
                pass  # The conversation stores them; a caller has no use for them.

    async def _say(self, text: str, *, filler: bool = False, own: bool = False) -> None:
        """`own`: words from here, of which the conversation knows nothing."""
        self._speech.say(text, counts=not (filler or own))
        await self._send(
            {
                "type": "sentence",
                "text": text,
                "spoken": self._spoken(text),
                "filler": filler,
                "stretch": self._speech.stretch,
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

    def _wait_for(self, seconds: float) -> None:
        self._deadline = asyncio.get_running_loop().time() + seconds
