"""One call's conversation and its place in the database.

Shared by the three ways a call is held (media stream, plain mode, softphone).
What is written here is enough to go on in another process.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from receptionist.conversation.context import Conversation
from receptionist.domain.practice import Practice
from receptionist.ports.function_handler import CallFacts
from receptionist.ports.records import CallRecord, Database, EndedBy, Journal, TurnRecord

Next = Literal["conversation", "plain", "transfer", "hang_up"]
Clock = Callable[[], datetime]


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
    ) -> None:
        self.call_sid = record.call_sid
        self.practice = practice
        self.channel = record.channel
        state = dict(record.state)
        self.next: Next = state.get("next", "conversation")
        self.turn = int(state.get("turn", 0))
        self.transfer_reason = str(state.get("transfer_reason", ""))
        self.plain: dict[str, Any] = dict(state.get("plain", {}))
        self.resumes = int(state.get("resumes", 0))
        self.lost = bool(state.get("lost", False))
        """The stream broke off without a word and nobody has asked what comes next."""
        self._journal = journal
        self._clock = clock
        caller = record.from_number
        facts = CallFacts(
            call_sid=record.call_sid,
            practice=practice,
            now=clock().astimezone(practice.zone),
            caller_number=caller,
            can_transfer=record.channel != "phone",
        )
        kept = state.get("conversation")
        self.conversation = (
            Conversation.restore(kept, facts) if kept is not None else Conversation(facts)
        )

    @property
    def is_new(self) -> bool:
        """Nothing has been said yet."""
        return self.turn == 0

    def refresh_clock(self) -> None:
        """Let the model and the handlers know what time it is now."""
        now = self._clock().astimezone(self.practice.zone)
        self.conversation.facts = replace(self.conversation.facts, now=now)

    def next_turn(self) -> int:
        """The number of the turn that begins now, from 1."""
        self.turn += 1
        return self.turn

    def record_turn(
        self,
        number: int,
        *,
        caller: str,
        receptionist: str,
        heard: str,
        timings: Mapping[str, float] | None = None,
    ) -> None:
        """Keep one exchange; again with the same number replaces it."""
        self._journal.turn(
            TurnRecord(
                call_sid=self.call_sid,
                number=number,
                at=self._clock(),
                caller=caller,
                receptionist=receptionist,
                heard=heard,
                timings=dict(timings or {}),
            )
        )
        self.save_state()

    def plan(self, what: Next, *, transfer_reason: str = "") -> None:
        """Decide what is answered when the line asks what comes next."""
        self.next = what
        self.transfer_reason = transfer_reason
        self.save_state()

    def resume_with(self, note: str) -> None:
        """A new stream will answer this note instead of greeting."""
        self.conversation.note(note)
        self.lost = False
        self.plan("conversation")

    def save_state(self) -> None:
        """Hand the state to the journal."""
        self._journal.state(self.call_sid, self.state())

    def state(self) -> dict[str, Any]:
        """What `calls.state` holds."""
        return {
            "next": self.next,
            "turn": self.turn,
            "transfer_reason": self.transfer_reason,
            "plain": self.plain,
            "resumes": self.resumes,
            "lost": self.lost,
            "conversation": self.conversation.snapshot(),
        }

    def outcome(self, outcome: str) -> None:
        """What the call came to; the most telling one is kept."""
        self._journal.outcome(self.call_sid, outcome)

    def ended(self, by: EndedBy) -> None:
        """The call is over. A conversation with nothing more telling was `answered`."""
        self.outcome("answered" if self.turn > 0 else "abandoned")
        self._journal.ended(self.call_sid, by, self._clock())

    async def kept(self) -> None:
        """Wait until everything is committed: before another request may read it."""
        await self._journal.flush()


async def open_file(
    database: Database, journal: Journal, call_sid: str, clock: Clock = utc_now
) -> CallFile | None:
    """The file of a call that is on the line; None when the call or its practice is unknown."""
    await journal.flush()
    async with database.transaction() as uow:
        record = await uow.calls.get(call_sid)
        if record is None or record.practice_id is None:
            return None
        practice = await uow.practices.get(record.practice_id)
    return None if practice is None else CallFile(record, practice, journal, clock)
