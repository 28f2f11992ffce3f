"""What this process knows of its calls, for the time in which the database is away.

Calls that it holds go on from here, and calls that arrive are taken for the
practices it has seen. What changes meanwhile goes through the journal, which
keeps it until the database is back.
"""

import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from receptionist.domain.practice import Practice
from receptionist.ports.records import (
    ActionRecord,
    CallRecord,
    EndedBy,
    Journal,
    StaffMessage,
    TurnRecord,
)
from receptionist.ports.staff import Recording

MOST_CALLS = 2000
TICKET_LIFETIME = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class KnownCall:
    """A call as it was last seen."""

    record: CallRecord
    practice: Practice
    called_before: bool


class CallMemory:
    """Fulfil `Journal`, and remember."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._calls: OrderedDict[str, KnownCall] = OrderedDict()
        self._practices: dict[int, Practice] = {}
        self._tickets: dict[str, tuple[str, datetime]] = {}

    @property
    def is_away(self) -> bool:
        """Whether the database is known to be away."""
        return self._journal.is_away

    def remember(self, known: KnownCall) -> None:
        """A call was read, or has arrived."""
        self._practices[known.practice.id] = known.practice
        self._calls[known.record.call_sid] = known
        self._calls.move_to_end(known.record.call_sid)
        while len(self._calls) > MOST_CALLS:
            self._calls.popitem(last=False)

    @property
    def practices(self) -> list[Practice]:
        """Those whose calls this process has had."""
        return list(self._practices.values())

    def recall(self, call_sid: str) -> KnownCall | None:
        """The call with its newest state; None when this process has not had it."""
        return self._calls.get(call_sid)

    def practice_of(self, number: str) -> Practice | None:
        """Whose number that is."""
        return next((p for p in self._practices.values() if number in p.numbers), None)

    def issue_ticket(self, call_sid: str, now: datetime) -> str:
        """For a stream that comes back to this process."""
        self._tickets = {t: (s, until) for t, (s, until) in self._tickets.items() if until > now}
        ticket = secrets.token_urlsafe(24)
        self._tickets[ticket] = (call_sid, now + TICKET_LIFETIME)
        return ticket

    def redeem_ticket(self, ticket: str, now: datetime) -> str | None:
        """The call SID, once."""
        call_sid, until = self._tickets.pop(ticket, (None, now))
        return call_sid if until > now else None

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
            self._calls[call_sid] = replace(known, record=replace(known.record, state=state))
        self._journal.state(call_sid, state)

    def outcome(self, call_sid: str, outcome: str) -> None:
        """Keep the outcome."""
        self._journal.outcome(call_sid, outcome)

    def ended(self, call_sid: str, ended_by: EndedBy, at: datetime) -> None:
        """Keep the end."""
        self._journal.ended(call_sid, ended_by, at)

    def message(self, message: StaffMessage, recording: Recording | None = None) -> None:
        """Keep a message for the staff."""
        self._journal.message(message, recording)

    async def flush(self) -> None:
        """Wait until everything is kept."""
        await self._journal.flush()
