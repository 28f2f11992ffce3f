"""What the staff pages show of the records, in a person's words.

Phone numbers are masked unless a page is about that one person. Times are the practice's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from receptionist.action_cards import ActionCard, action_card
from receptionist.domain.practice import Practice
from receptionist.ports.records import ActionRecord, CallRecord, StaffMessage, TurnRecord

ENDED_BY: Mapping[str, str] = {
    "caller": "Caller hung up",
    "receptionist": "Receptionist hung up",
    "transfer": "Put through",
    "lost": "Line lost",
    "refused": "Refused",
}
OUTCOMES: Mapping[str, str] = {
    "booked": "Booked",
    "moved": "Moved",
    "cancelled": "Cancelled",
    "message": "Message",
    "transferred": "Put through",
    "answered": "Answered",
    "emergency": "Emergency",
    "abandoned": "Abandoned",
    "refused": "Refused",
}
CHANNELS: Mapping[str, str] = {"stream": "Telephone", "plain": "Telephone", "phone": "Softphone"}


def masked(number: str | None) -> str:
    """`••• 0142`: enough to recognise a known number by, not to call it."""
    digits = [c for c in number or "" if c.isdigit()]
    if not digits:
        return "withheld"
    return f"••• {''.join(digits[-4:])}" if len(digits) >= 8 else "•••"


def age(since: datetime, now: datetime) -> str:
    """`5 min`, `3 h`, `2 days`: how long somebody has been waiting."""
    minutes = max(0, int((now - since) / timedelta(minutes=1)))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} days"


def length(call: CallRecord) -> str:
    """`3:05`, or that it still goes on."""
    if call.ended_at is None:
        return "on the line"
    seconds = max(0, int((call.ended_at - call.started_at).total_seconds()))
    return f"{seconds // 60}:{seconds % 60:02d}"


def clock(at: datetime, zone: tzinfo) -> str:
    """`Tue 24 Nov 10:30`, in the practice's zone."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def by_need(messages: Sequence[StaffMessage]) -> list[StaffMessage]:
    """Urgent before routine, then those that have waited longest."""
    return sorted(messages, key=lambda m: (m.urgency != "urgent", m.created_at))


class Zones:
    """Each practice's time zone."""

    def __init__(self, practices: Sequence[Practice]) -> None:
        self._zones = {practice.id: practice.zone for practice in practices}
        self._only = practices[0].zone if len(practices) == 1 else UTC

    def of(self, practice_id: int | None) -> tzinfo:
        """The zone of that practice; of the only one when it is not known; else UTC."""
        if practice_id is None:
            return self._only
        return self._zones.get(practice_id, self._only)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One turn as a conversation: what was said, what of the answer was heard, what was done."""

    caller: str
    heard: str
    unheard: str
    at: datetime
    actions: tuple[ActionCard, ...]
    timings: tuple[tuple[str, int], ...]


def conversation(
    turns: Sequence[TurnRecord], actions: Sequence[ActionRecord]
) -> tuple[list[Exchange], list[ActionCard]]:
    """The turns with the actions of each, and the actions after the last turn's record.

    A turn is recorded at its end, so its actions are those since the turn before.
    """
    left = sorted(actions, key=lambda action: action.at)
    exchanges = []
    for turn in sorted(turns, key=lambda turn: turn.number):
        mine = [action for action in left if action.at <= turn.at]
        left = left[len(mine) :]
        exchanges.append(_exchange(turn, mine))
    return exchanges, [_card(action) for action in left]


def _exchange(turn: TurnRecord, actions: Sequence[ActionRecord]) -> Exchange:
    cut = turn.receptionist.startswith(turn.heard)
    return Exchange(
        caller=turn.caller,
        heard=turn.heard,
        unheard=turn.receptionist[len(turn.heard) :].strip() if cut else "",
        at=turn.at,
        actions=tuple(map(_card, actions)),
        timings=tuple((name.replace("_", " "), round(ms)) for name, ms in turn.timings.items()),
    )


def _card(action: ActionRecord) -> ActionCard:
    return action_card(action.name, action.arguments, action.result)
