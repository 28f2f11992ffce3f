"""The journal's turns and ends, seen on their way to the database."""

from datetime import datetime
from typing import Any, cast

from receptionist.ports.records import EndedBy, Journal, TurnRecord
from receptionist.tracing.calls import CallTraces


class _TracedJournal:
    """A journal; what is kept passes through."""

    def __init__(self, journal: Journal, traces: CallTraces) -> None:
        self._journal = journal
        self._traces = traces

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)

    def turn(self, turn: TurnRecord) -> None:
        """Keep a turn."""
        self._traces.turn(turn)
        self._journal.turn(turn)

    def ended(self, call_sid: str, ended_by: EndedBy, at: datetime) -> None:
        """Keep the end."""
        self._traces.ended(call_sid, ended_by, at)
        self._journal.ended(call_sid, ended_by, at)


def traced_journal(journal: Journal, traces: CallTraces) -> Journal:
    """The same journal, its turns and ends traced."""
    return cast(Journal, _TracedJournal(journal, traces))
