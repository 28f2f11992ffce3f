"""Work that does not get done: what it is about, in words, and trying it again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from receptionist.domain.practice import Practice
from receptionist.ports.follow_up import OutboxRow
from receptionist.ports.records import UnitOfWork

STUCK_ATTEMPTS = 3
MOST_ROWS = 200

_WORDS: Mapping[str, str] = {
    "calendar.put": "An appointment is not in the calendar",
    "calendar.delete": "A cancelled appointment is still in the calendar",
    "calendar.sync": "A calendar cannot be read",
    "text": "A text to a caller was not sent",
    "notice": "A caller has not been told of a change",
    "waiting": "Somebody on the waiting list has not been asked",
    "inbox": "Nobody could be told of a message that waits",
    "operations": "Operations could not be told of an adapter that failed",
    "recording.delete": "A recording has not been deleted",
    "recording.write_down": "A voicemail has not been written down",
}
_ERRORS: Mapping[str, str] = {
    "provider_unavailable": "no answer",
    "provider_refused": "it was refused",
    "provider_limited": "too many requests",
    "number_refused": "the number cannot be texted",
    "calendar_unavailable": "the calendar is closed to us",
    "TimeoutError": "no answer in time",
}


@dataclass(frozen=True, slots=True)
class Stuck:
    """Rows of one kind about one thing."""

    words: str
    reason: str
    tries: int
    is_dead: bool
    """Nothing happens any more until somebody has it tried again."""
    appointment_id: str | None
    ids: tuple[int, ...]


async def stuck_work(uow: UnitOfWork, practices: Sequence[Practice]) -> Sequence[Stuck]:
    """Dead rows, and those that have failed several times; the newest first."""
    about: dict[tuple[str, str], list[OutboxRow]] = {}
    for row in await uow.outbox.stuck(STUCK_ATTEMPTS, MOST_ROWS):
        thing = row.payload.get("appointment_id") or row.payload.get("calendar_id") or row.key
        about.setdefault((row.kind, str(thing)), []).append(row)
    return [_stuck(rows, practices) for rows in about.values()]


def _stuck(rows: Sequence[OutboxRow], practices: Sequence[Practice]) -> Stuck:
    newest = rows[0]
    words = _WORDS.get(newest.kind) or _WORDS.get(newest.kind.partition(".")[0])
    appointment_id = newest.payload.get("appointment_id")
    whose = _whose(newest.payload.get("calendar_id"), practices)
    return Stuck(
        words=(words or newest.kind.replace(".", ": ").capitalize()) + whose,
        reason=_ERRORS.get(newest.error or "", newest.error or "no reason known"),
        tries=max(row.attempts for row in rows),
        is_dead=all(row.status == "dead" for row in rows),
        appointment_id=str(appointment_id) if appointment_id else None,
        ids=tuple(row.id for row in rows),
    )


def _whose(calendar_id: object, practices: Sequence[Practice]) -> str:
    people = (person for practice in practices for person in practice.practitioners)
    name = next((p.name for p in people if calendar_id and p.calendar == calendar_id), None)
    return f": {name}" if name else ""
