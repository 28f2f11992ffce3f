"""Conversations of the browser's softphone: text in, sentences out, kept like any call."""

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, aclosing

from receptionist.call import phrases
from receptionist.call.active import ActiveCalls
from receptionist.call.file import CallFile, Clock, utc_now
from receptionist.call.live import UNWATCHED, HeldCall, Watched
from receptionist.conversation.events import RouterEvent, Sentence, TurnTimings
from receptionist.conversation.router import Router
from receptionist.errors import NotFound
from receptionist.ports.records import CallRecord, Database, EndedBy, Journal


class SoftphoneConversation:
    """One conversation held from a browser."""

    def __init__(
        self, file: CallFile, router: Router, held: ExitStack, live: Watched = UNWATCHED
    ) -> None:
        self._file = file
        self._router = router
        self._held = held
        self._caller = ""
        self._said: list[str] = []
        self._heard: str | None = None
        self._timings: dict[str, float] = {}
        self._number = 0
        self._live = live
        self.on_end: Callable[[], None] = lambda: None
        """Called when staff end the conversation."""
        self.greeting = file.greeting
        self._said.append(self.greeting)
        file.conversation.greet(self.greeting)
        file.record_turn(0, caller="", receptionist=self.greeting, heard=self.greeting)

    @property
    def call_sid(self) -> str:
        """The call's id, as in the records."""
        return self._file.call_sid

    @property
    def practice(self) -> str:
        """The practice's name."""
        return self._file.practice.name

    async def respond(self, text: str) -> AsyncIterator[RouterEvent]:
        """Answer the caller's turn; closed early when the caller cuts in."""
        self._begin(text)
        try:
            async with aclosing(self._router.respond(self._file.conversation)) as events:
                async for event in events:
                    self._note(event)
                    yield event
        finally:
            self._keep()

    async def interrupted(self, heard_text: str) -> None:
        """Of the answer before, the caller heard only this."""
        self._file.conversation.heard(heard_text)
        self._heard = heard_text
        self._keep()

    def key(self, digit: str) -> str | None:
        """`0` asks for a person at once; other digits are collected."""
        return phrases.PRESSED_ZERO if digit == "0" else None

    @property
    def steering(self) -> HeldCall:
        """What staff may do with it."""
        return _Steering(self._file, lambda: self.on_end())

    async def end(self, ended_by: EndedBy) -> None:
        """The call is over."""
        with self._held:
            self._file.ended(ended_by)
            self._file.plan("hang_up")
            await self._file.kept()

    def _begin(self, text: str) -> None:
        self._file.refresh_clock()
        self._number = self._file.next_turn()
        self._caller, self._said, self._heard, self._timings = text, [], None, {}
        self._live.say(self.call_sid, "caller", text)
        if text == phrases.PRESSED_ZERO:
            self._file.conversation.note(text)
        else:
            self._file.conversation.begin_turn(text)

    def _note(self, event: RouterEvent) -> None:
        match event:
            case Sentence(text=text, filler=False):
                self._said.append(text)
                self._live.say(self.call_sid, "receptionist", text)
            case TurnTimings(first_token_ms=token, first_sentence_ms=sentence):
                between = max(sentence - token, 0.0)
                self._timings = {
                    "model_first_token": token,
                    "first_sentence": between,
                    "total": token + between,
                }
            case _:
                pass

    def _keep(self) -> None:
        said = " ".join(self._said)
        self._file.record_turn(
            self._number,
            caller=self._caller,
            receptionist=said,
            heard=said if self._heard is None else self._heard,
            timings=self._timings,
        )


class _Steering:
    """Fulfil `HeldCall`. There is no line that could ring somebody."""

    def __init__(self, file: CallFile, end: Callable[[], None]) -> None:
        self._file = file
        self._end = end

    def whisper(self, hint: str) -> None:
        """The model knows from its next answer on."""
        self._file.whisper(hint)

    def take_over(self, number: str) -> None:
        """Nothing can be done."""

    def end(self) -> None:
        """The browser is told."""
        self._end()


class SoftphoneConversations:
    """Open conversations for browsers."""

    def __init__(
        self,
        database: Database,
        journal: Journal,
        router: Router,
        active: ActiveCalls,
        clock: Clock = utc_now,
        live: Watched = UNWATCHED,
    ) -> None:
        self._database = database
        self._journal = journal
        self._router = router
        self._active = active
        self._clock = clock
        self._live = live

    async def open(self, practice_hint: str | None) -> SoftphoneConversation:
        """With the practice of that name or number, or the first. Raises `NotFound`."""
        async with self._database.transaction() as uow:
            practices = await uow.practices.all()
            practice = next(
                (p for p in practices if practice_hint in (p.name, *p.numbers)),
                practices[0] if practices and practice_hint is None else None,
            )
            if practice is None:
                raise NotFound("no such practice")
            record = CallRecord(
                call_sid=f"PH{secrets.token_hex(16)}",
                practice_id=practice.id,
                from_number=None,
                to_number=practice.numbers[0] if practice.numbers else None,
                started_at=self._clock(),
                channel="phone",
            )
            await uow.calls.add(record)
            await uow.audit.append(
                actor="phone", action="call.arrived", subject=f"call:{record.call_sid}"
            )
        held = ExitStack()
        held.enter_context(self._active.holding("phone"))
        file = CallFile(record, practice, self._journal, self._clock)
        conversation = SoftphoneConversation(file, self._router, held, self._live)
        held.enter_context(self._live.holding(file.call_sid, conversation.steering))
        return conversation
