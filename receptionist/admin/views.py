"""What the staff pages show of the records, in a person's words.

Phone numbers are masked unless a page is about that one person. Times are the practice's.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from starlette.requests import Request

from receptionist.domain.practice import Practice
from receptionist.ports.records import CallRecord

MAX_CURSOR_CHARACTERS = 300

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


def since(at: datetime, now: datetime) -> str:
    """`just now`, `5 min ago`."""
    return "just now" if now - at < timedelta(minutes=1) else f"{age(at, now)} ago"


def cursor(request: Request) -> str | None:
    """The `after` of a list's address."""
    return request.query_params.get("after", "")[:MAX_CURSOR_CHARACTERS] or None


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
