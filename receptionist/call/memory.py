"""What this process knows of its calls, for the time in which the database is away.

Calls that it holds go on from here, and calls that arrive are taken for the
practices it has seen. What changes meanwhile goes through the journal, which
keeps it until the database is back.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from receptionist.domain.practice import Practice
from receptionist.ports.records import (
    ActionRecord,
    CallRecord,
    Database,
    EndedBy,
    Journal,
    StaffMessage,
    TurnRecord,
)
from receptionist.ports.staff import Recording
from receptionist.resilience.tolerance import for_ever

MOST_CALLS, MOST_OVER = 2000, 50
LOOKED_EVERY_S = 30.0


@dataclass(frozen=True, slots=True)
class KnownCall:
    """A call as it was last seen. `is_newest`: this process has changed it since, and knows."""

    record: CallRecord
    practice: Practice
    called_before: bool
    is_newest: bool = False


class CallMemory:
    """Fulfil `Journal`, and remember."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._calls: OrderedDict[str, KnownCall] = OrderedDict()
        self._over: OrderedDict[str, None] = OrderedDict()
        """Of those, what has ended: a webhook that comes late may still ask."""
        self._practices: dict[int, Practice] = {}

    @property
    def is_away(self) -> bool:
        """Whether the database is known to be away."""
        return self._journal.is_away

    def remember(self, known: KnownCall) -> None:
        """A call was read, or has arrived."""
        self.learn([known.practice])
        before = self._calls.get(known.record.call_sid)
        if before is not None and before.is_newest and _same_state(before, known):
            known = replace(known, is_newest=True)
        self._over.pop(known.record.call_sid, None)
        self._calls[known.record.call_sid] = known
        self._calls.move_to_end(known.record.call_sid)
        while len(self._calls) > MOST_CALLS:
            self._calls.popitem(last=False)

    def learn(self, practices: Iterable[Practice]) -> None:
        """Calls to them are taken when nothing can be asked."""
        self._practices.update((practice.id, practice) for practice in practices)

    @property
    def practices(self) -> list[Practice]:
        """Those this process has seen."""
        return list(self._practices.values())

    def recall(self, call_sid: str) -> KnownCall | None:
        """The call with its newest state; None when this process has not had it."""
        return self._calls.get(call_sid)

    def practice_of(self, number: str) -> Practice | None:
        """Whose number that is."""
        return next((p for p in self._practices.values() if number in p.numbers), None)

    def arrived(self, call: CallRecord) -> None:
        """Keep that a call came."""
        self._journal.arrived(call)

    def turn(self, turn: TurnRecord) -> None:
        """Keep a turn."""
        self._journal.turn(turn)

    def action(self, action: ActionRecord) -> None:
        """Keep an action."""
        self._journal.action(action)

    def state(self, call_sid: str, state: Mapping[str, Any]) -> None:
        """Keep the state, and remember it."""
        known = self._calls.get(call_sid)
        if known is not None:
            record = replace(known.record, state=state)
            self._calls[call_sid] = replace(known, record=record, is_newest=True)
        self._journal.state(call_sid, state)

    def outcome(self, call_sid: str, outcome: str) -> None:
        """Keep the outcome."""
        self._journal.outcome(call_sid, outcome)

    def ended(self, call_sid: str, ended_by: EndedBy, at: datetime) -> None:
        """Keep the end, and of the call itself not much longer."""
        self._journal.ended(call_sid, ended_by, at)
        self._over[call_sid] = None
        while len(self._over) > MOST_OVER:
            self._calls.pop(self._over.popitem(last=False)[0], None)

    def message(self, message: StaffMessage, recording: Recording | None = None) -> None:
        """Keep a message for the staff."""
        self._journal.message(message, recording)

    async def flush(self) -> None:
        """Wait until everything is kept."""
        await self._journal.flush()

    async def committed(self, within_s: float) -> None:
        """Wait until other processes can read it."""
        await self._journal.committed(within_s)


async def keep_learning(database: Database, memory: CallMemory) -> None:
    """Look again every so often: practices come, and change."""

    async def look() -> None:
        async with database.reading() as uow:
            memory.learn(await uow.practices.all())

    await for_ever("practices_not_read", look, every_s=LOOKED_EVERY_S)


def _same_state(one: KnownCall, other: KnownCall) -> bool:
    return one.record.state.get("seen_at") == other.record.state.get("seen_at")
