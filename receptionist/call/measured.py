"""Counting, wrapped around ports from outside: what is counted does not know it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from receptionist.observability import Metrics
from receptionist.ports.function_handler import CallFacts, FunctionHandler, HandlerResult, Office
from receptionist.ports.records import (
    ActionRecord,
    CallRecord,
    EndedBy,
    Journal,
    StaffMessage,
    TurnRecord,
)
from receptionist.ports.staff import Recording


class MeasuredHandler:
    """A handler whose uses are counted by name and by whether they went well."""

    def __init__(self, handler: FunctionHandler, metrics: Metrics) -> None:
        self._handler = handler
        self._metrics = metrics

    def __getattr__(self, name: str) -> Any:
        return getattr(self._handler, name)

    async def handle(
        self, arguments: Any, facts: CallFacts, office: Office, *, tool_call_id: str
    ) -> HandlerResult:
        """Do it, and count it."""
        ok = False
        try:
            result = await self._handler.handle(arguments, facts, office, tool_call_id=tool_call_id)
            ok = result.content.get("ok") is True
            return result
        finally:
            self._metrics.handlers_used.labels(self._handler.name, str(ok).lower()).inc()


def measured(handler: FunctionHandler, metrics: Metrics) -> FunctionHandler:
    """The same handler, counted."""
    return cast(FunctionHandler, MeasuredHandler(handler, metrics))


class MeasuredJournal:
    """A journal that counts turns by where their time went."""

    def __init__(self, journal: Journal, metrics: Metrics) -> None:
        self._journal = journal
        self._metrics = metrics

    @property
    def is_away(self) -> bool:
        """Whether the database is known to be away."""
        return self._journal.is_away

    def arrived(self, call: CallRecord) -> None:
        """Keep that a call came."""
        self._journal.arrived(call)

    def message(self, message: StaffMessage, recording: Recording | None = None) -> None:
        """Keep a message for the staff."""
        self._journal.message(message, recording)

    def turn(self, turn: TurnRecord) -> None:
        """Keep a turn."""
        for stage, milliseconds in turn.timings.items():
            self._metrics.turn_seconds.labels(stage).observe(milliseconds / 1000)
        self._journal.turn(turn)

    def action(self, action: ActionRecord) -> None:
        """Keep an action."""
        self._journal.action(action)

    def state(self, call_sid: str, state: Mapping[str, Any]) -> None:
        """Keep the state."""
        self._journal.state(call_sid, state)

    def outcome(self, call_sid: str, outcome: str) -> None:
        """Keep the outcome."""
        self._journal.outcome(call_sid, outcome)

    def ended(self, call_sid: str, ended_by: EndedBy, at: datetime) -> None:
        """Keep the end."""
        self._journal.ended(call_sid, ended_by, at)

    async def flush(self) -> None:
        """Wait until everything is committed."""
        await self._journal.flush()

    async def committed(self, within_s: float) -> None:
        """Wait until other processes can read it."""
        await self._journal.committed(within_s)
