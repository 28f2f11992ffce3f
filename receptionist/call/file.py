"""One call's conversation and its place in the database.

Shared by the three ways a call is held (media stream, plain mode, softphone).
What is written here is enough to go on in another process.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from receptionist.call import phrases
from receptionist.call.memory import CallMemory, KnownCall
from receptionist.conversation.context import Conversation
from receptionist.domain.practice import Practice
from receptionist.errors import DatabaseAway
from receptionist.ports.function_handler import CallFacts
from receptionist.ports.records import CallRecord, Database, EndedBy, Journal, TurnRecord

Next = Literal["conversation", "plain", "transfer", "hang_up"]
Clock = Callable[[], datetime]
WAITED_S = 3.0
"""For a database that is away: the caller hears something within four seconds."""
PAUSE_S = 0.3
SETTLING_S = 1.2
"""Until what other processes kept while the database was away is in it."""
HANDED_OVER_S, PARTED_S = 2.0, 10.0
MOST_HINTS = 20


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


class CallFile:
    """The conversation, what comes next when the line asks, and the records that follow from it."""

    def __init__(
        self,
        record: CallRecord,
        practice: Practice,
        journal: Journal,
        clock: Clock = utc_now,
        *,
        called_before: bool = False,
    ) -> None:
        self.call_sid = record.call_sid
        self.practice = practice
        self.channel = record.channel
        self.is_over = record.ended_at is not None and record.ended_by != "lost"
        """Told already, here or by another process."""
        state = dict(record.state)
        self.next: Next = state.get("next", "conversation")
        self.turn = int(state.get("turn", 0))
        self.transfer_reason = str(state.get("transfer_reason", ""))
        self.plain: dict[str, Any] = dict(state.get("plain", {}))
        self.resumes = int(state.get("resumes", 0))
        self.transfer_to = str(state.get("transfer_to", ""))
        """Somebody of the staff who takes over; else the practice's own number is rung."""
        self.parting: list[str] = list(state.get("parting", ()))
        """Said before the call is put through or ended by staff."""
        self.rescued = bool(state.get("rescued", False))
        """A webhook of the call has failed, and the fallback took it up."""
        self.rescued_by = str(state.get("rescued_by", ""))
        """Which request that was, so that it can be told from another one."""
        self.lost = bool(state.get("lost", False))
        """The stream broke off without a word and nobody has asked what comes next."""
        self.cut_off = bool(state.get("cut_off", False))
        """The next stream takes up a conversation that broke off."""
        self.unheard: list[str] = list(state.get("unheard", ()))
        """Sentences of the last answer that the caller has not heard to their end."""
        self.answered = bool(state.get("answered", True))
        """The last answer was made to its end, whether or not it has been heard."""
        self._exchange: dict[str, Any] | None = state.get("exchange")
        """The turn that goes on: a row once it is over, here or in another process."""
        self._journal = journal
        self._clock = clock
        caller = record.from_number
        facts = CallFacts(
            call_sid=record.call_sid,
            practice=practice,
            now=clock().astimezone(practice.zone),
            caller_number=caller,
            can_transfer=record.channel != "phone",
            called_before=called_before,
            hints=tuple(state.get("hints", ())),
        )
        kept = state.get("conversation")
        self.conversation = (
            Conversation.restore(kept, facts) if kept is not None else Conversation(facts)
        )

    @property
    def is_new(self) -> bool:
        """Nothing has been said yet."""
        return self.turn == 0

    @property
    def greeting(self) -> str:
        """The first thing the caller hears."""
        return phrases.greeting(self.practice, called_before=self.conversation.facts.called_before)

    @property
    def transfer_number(self) -> str | None:
        """Who is rung when the call is put through."""
        return self.transfer_to or self.practice.transfer_number

    def whisper(self, hint: str) -> None:
        """Staff tell the model something: it knows from its next answer on."""
        facts = self.conversation.facts
        self.conversation.facts = replace(facts, hints=(*facts.hints, hint)[-MOST_HINTS:])
        self.save_state()

    def take_over(self, number: str) -> None:
        """Staff go on with the call themselves."""
        self.pass_on(number, phrases.TAKEN_OVER)

    def pass_on(self, number: str, words: str) -> None:
        """Somebody else goes on with the call."""
        self.transfer_to = number
        self.part(words)
        self.plan("transfer")

    def end(self) -> None:
        """Staff end the call."""
        self.part(phrases.STAFF_GOODBYE)
        self.ended("receptionist")
        self.plan("hang_up")

    def part(self, words: str) -> None:
        """Said in the line's own voice before it rings somebody or hangs up."""
        self.parting = [words]
        self.plain["last"] = [words]

    def refresh_clock(self) -> None:
        """Let the model and the handlers know what time it is now."""
        now = self._clock().astimezone(self.practice.zone)
        self.conversation.facts = replace(self.conversation.facts, now=now)

    def next_turn(self) -> int:
        """The number of the turn that begins now, from 1."""
        self.turn += 1
        return self.turn

    def take_back(self, number: int) -> None:
        """The turn of that number has come to nothing: the next one has it."""
        if number == self.turn:
            self.turn -= 1
        self._exchange = None

    def record_turn(
        self,
        number: int,
        *,
        caller: str,
        receptionist: str,
        heard: str,
        timings: Mapping[str, float] | None = None,
        lasted_ms: float = 0.0,
    ) -> None:
        """Keep one exchange; again with the same number replaces it."""
        broken_off, self._exchange = self._exchange, None
        if broken_off is not None and broken_off["number"] != number:
            # Whoever went on with the call did not ask how the turn before had ended.
            self.record_turn(**broken_off)
        self._journal.turn(
            TurnRecord(
                call_sid=self.call_sid,
                number=number,
                at=self._clock(),
                caller=caller,
                receptionist=receptionist,
                heard=heard,
                timings=dict(timings or {}),
                lasted_ms=lasted_ms,
            )
        )
        self.save_state()

    def keep_exchange(self, number: int, *, caller: str, receptionist: str, heard: str) -> None:
        """Let the state know of a turn that is not over yet."""
        self._exchange = {
            "number": number,
            "caller": caller,
            "receptionist": receptionist,
            "heard": heard,
        }
        self.save_state()

    def _finish_exchange(self) -> None:
        """Whoever held the call could not: keep the turn that broke off as far as it came."""
        if self._exchange is not None:
            self.record_turn(**self._exchange)

    def plan(self, what: Next, *, transfer_reason: str = "") -> None:
        """Decide what is answered when the line asks what comes next."""
        self.next = what
        if what in ("conversation", "plain"):
            self.transfer_to, self.parting = "", []
        self.transfer_reason = transfer_reason
        self.save_state()

    def resume_with(self, note: str) -> None:
        """A new stream will answer this note instead of greeting."""
        self.conversation.note(note)
        self.lost = False
        self.plan("conversation")

    def take_up(self) -> None:
        """A new stream will go on where the last one broke off."""
        self._finish_exchange()
        if words := self.take_pending():
            self.record_turn(self.next_turn(), caller=words, receptionist="", heard="")
        self.lost = False
        self.cut_off = True
        self.plan("conversation")

    def return_with(self, words: str) -> None:
        """A new stream will answer these words of the caller's, said in plain mode."""
        self.conversation.begin_turn(words)
        self.answered = False
        self.plain["returns"] = self.returns + 1
        self.plain["pending"] = words
        self.plan("conversation")

    @property
    def returns(self) -> int:
        """How often the call has gone back from plain mode to a stream."""
        return int(self.plain.get("returns", 0))

    def take_pending(self) -> str:
        """What the caller said before the stream was there; empty when nothing waits."""
        return str(self.plain.pop("pending", ""))

    def broken_off(self) -> list[str]:
        """What to say first on the stream that goes on; the rest, if any, is to be answered anew.

        The sentence that was cut and those behind it, or all of the last answer once more. Nothing
        when the last answer was not made to its end: `answered` is False then.
        """
        self.cut_off = False
        unheard = [sentence for sentence in self.unheard if sentence != phrases.CUT_OFF]
        if self.conversation.callers_words:
            self.answered = False
        if not self.answered:
            self.conversation.unsay(unheard)
            return []
        return unheard or self.conversation.last_said()

    def save_state(self) -> None:
        """Hand the state to the journal."""
        self._journal.state(self.call_sid, self.state())

    def state(self) -> dict[str, Any]:
        """What `calls.state` holds."""
        return {
            "next": self.next,
            "turn": self.turn,
            "transfer_reason": self.transfer_reason,
            "transfer_to": self.transfer_to,
            "parting": self.parting,
            "hints": list(self.conversation.facts.hints),
            "plain": self.plain,
            "resumes": self.resumes,
            "rescued": self.rescued,
            "rescued_by": self.rescued_by,
            "lost": self.lost,
            "cut_off": self.cut_off,
            "unheard": self.unheard,
            "answered": self.answered,
            "exchange": self._exchange,
            "seen_at": self._clock().isoformat(),
            "conversation": self.conversation.snapshot(),
        }

    def outcome(self, outcome: str) -> None:
        """What the call came to; the most telling one is kept."""
        self._journal.outcome(self.call_sid, outcome)

    def ended(self, by: EndedBy, at: datetime | None = None) -> None:
        """The call is over, now or then; one with nothing more telling was `answered`."""
        self._finish_exchange()
        self.outcome("answered" if self.turn > 0 else "abandoned")
        self._journal.ended(self.call_sid, by, at or self._clock())

    async def kept(self) -> None:
        """Wait until everything is committed: before another request may read it."""
        await self._journal.flush()

    async def handed_over(self) -> None:
        """Wait until any process can answer what comes next; a while for a database away.

        Nobody waits for anything behind a goodbye.
        """
        await self._journal.flush()
        await self._journal.committed(PARTED_S if self.next == "hang_up" else HANDED_OVER_S)


async def open_file(
    database: Database,
    memory: CallMemory,
    call_sid: str,
    clock: Clock = utc_now,
    *,
    is_newest: bool = False,
) -> CallFile | None:
    """The file of a call that is on the line; None when the call or its practice is unknown.

    With the database away, from memory, if nobody can have changed it since: `is_newest` says that
    nobody has. Raises `DatabaseAway` when that is not known.
    """
    await memory.flush()
    known = await _known(database, memory, call_sid, is_newest=is_newest)
    if known is None:
        return None
    memory.remember(known)
    return CallFile(known.record, known.practice, memory, clock, called_before=known.called_before)


async def _known(
    database: Database, memory: CallMemory, call_sid: str, *, is_newest: bool
) -> KnownCall | None:
    remembered = memory.recall(call_sid)
    if remembered is not None and not (is_newest or remembered.is_newest):
        remembered = None
    try:
        async with asyncio.timeout(WAITED_S):
            while True:
                try:
                    if database.is_settling and remembered is None:
                        await asyncio.sleep(SETTLING_S)
                    return await _read(database, call_sid)
                except DatabaseAway:
                    if remembered is not None:
                        return remembered
                    # Another process may have gone on with it, and a restart takes a second or two.
                    await asyncio.sleep(PAUSE_S)
    except TimeoutError:
        if remembered is not None:
            return remembered
        raise DatabaseAway from None


async def _read(database: Database, call_sid: str) -> KnownCall | None:
    async with database.reading() as uow:
        record = await uow.calls.get(call_sid)
        if record is None or record.practice_id is None:
            return None
        practice = await uow.practices.get(record.practice_id)
        called_before = await uow.calls.called_before(record)
    return None if practice is None else KnownCall(record, practice, called_before)
