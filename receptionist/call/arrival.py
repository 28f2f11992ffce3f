"""A call as it arrives, and the row that is made of it."""

from dataclasses import dataclass
from datetime import datetime

from receptionist.domain.contacts import to_e164
from receptionist.domain.practice import Practice
from receptionist.ports.records import CallRecord


@dataclass(frozen=True, slots=True)
class Ring:
    """An arriving call as its webhook describes it."""

    call_sid: str
    from_number: str
    to_number: str


def record_of(ring: Ring, practice: Practice | None, at: datetime, *, channel: str) -> CallRecord:
    """Who called is kept only of calls to a practice."""
    return CallRecord(
        call_sid=ring.call_sid,
        practice_id=practice.id if practice else None,
        from_number=to_e164(ring.from_number, practice) if practice else None,
        to_number=ring.to_number,
        started_at=at,
        channel=channel,
    )
