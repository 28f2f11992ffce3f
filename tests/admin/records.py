"""A practice's records in memory, filled with a morning's calls, for the staff pages."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from receptionist.domain.practice import Practice
from receptionist.errors import NotFound
from receptionist.ports.records import (
    ActionRecord,
    Appointment,
    AuditRow,
    CallRecord,
    ListQuery,
    MessageStatus,
    Page,
    StaffMessage,
    TurnRecord,
)

NOW = datetime.now(UTC)
CALL = "CA0123456789abcdef0123456789abcdef"
FORMULA = "=HYPERLINK(1)"
SCRIPT = "<script>alert(document.cookie)</script>"
PHONE = "+15550100142"

PRACTICE = Practice(
    name="Maple Street Clinic",
    timezone="America/New_York",
    numbers=("+15550100",),
    greeting="Hello",
    hours={},
    id=1,
)


def message(
    message_id: str,
    name: str,
    text: str,
    *,
    minutes: int,
    urgent: bool = False,
    status: MessageStatus = "new",
    recipient: str | None = None,
) -> StaffMessage:
    return StaffMessage(
        id=message_id,
        practice_id=1,
        call_sid=CALL,
        caller_name=name,
        phone=PHONE,
        message=text,
        urgency="urgent" if urgent else "routine",
        recipient=recipient,
        status=status,
        created_at=NOW - timedelta(minutes=minutes),
    )


class Rows:
    """A list of rows that answers like a repository."""

    def __init__(self, key: str, rows: Sequence[Any]) -> None:
        self._key = key
        self.rows = list(rows)

    async def get(self, key: str) -> Any:
        return next((row for row in self.rows if getattr(row, self._key) == key), None)

    async def list(self, query: ListQuery) -> Page[Any]:
        start = int(query.after or 0)
        end = start + query.limit
        more = str(end) if end < len(self.rows) else None
        return Page(self.rows[start:end], more)

    async def all(self) -> Sequence[Any]:
        return self.rows

    async def of_call(self, call_sid: str) -> Sequence[Any]:
        return [row for row in self.rows if row.call_sid == call_sid]

    async def set_status(self, key: str, status: MessageStatus) -> Any:
        for n, row in enumerate(self.rows):
            if row.id == key:
                self.rows[n] = replace(row, status=status)
                return self.rows[n]
        raise NotFound("message")


class AuditRows(Rows):
    """Remembers who looked at what; breaks where it is told to."""

    broken: AuditRow | None = None

    async def append(self, *, actor: str, action: str, subject: str, detail: Any = None) -> None:
        number = len(self.rows) + 1
        row = AuditRow(number, NOW, actor, action, subject, detail or {}, f"{number:064x}")
        self.rows.append(row)

    async def first_broken(self) -> AuditRow | None:
        return self.broken

    @property
    def seen(self) -> list[tuple[str, str, str]]:
        return [(row.actor, row.action, row.subject) for row in self.rows]


class Records:
    """Fulfils what the staff pages use of `Database`."""

    def __init__(self) -> None:
        self.messages = Rows(
            "id",
            [
                message("m1", "Ana Souza", "Please call about my results.", minutes=4),
                message(
                    "m2",
                    "Robert Hale",
                    "My stitches have opened and it is bleeding a little. Please call me back.",
                    minutes=26,
                    urgent=True,
                    recipient="Dr. Lee",
                ),
                message("m3", SCRIPT, f"{FORMULA} {SCRIPT}", minutes=190, status="taken"),
                message("m4", "Joan Park", "I'll be ten minutes late.", minutes=300, status="done"),
            ],
        )
        began = NOW - timedelta(minutes=8)
        self.calls = Rows("call_sid", self._calls(began))
        self.turns = Rows("call_sid", self._turns(began))
        self.actions = Rows("call_sid", self._actions(began))
        self.appointments = Rows("id", [self._appointment()])
        self.practices = Rows("id", [PRACTICE])
        self.audit = AuditRows("id", [])

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        yield SimpleNamespace(**vars(self))

    def _calls(self, began: datetime) -> list[CallRecord]:
        one = CallRecord(
            call_sid=CALL,
            practice_id=1,
            from_number=PHONE,
            to_number="+15550100",
            started_at=began,
            ended_at=began + timedelta(seconds=185),
            outcome="booked",
            ended_by="caller",
        )
        return [
            CallRecord("CA2", 1, PHONE, "+15550100", NOW, channel="phone"),
            one,
            replace(one, call_sid="CA3", outcome="transferred", ended_by="transfer"),
            replace(one, call_sid="CA4", outcome="abandoned", ended_by="lost", from_number=None),
            replace(one, call_sid="CA5", outcome="emergency", ended_by="receptionist"),
        ]

    def _turns(self, began: datetime) -> list[TurnRecord]:
        first = TurnRecord(
            call_sid=CALL,
            number=1,
            at=began + timedelta(seconds=20),
            caller="I need a check-up on Tuesday.",
            receptionist="Dr. Lee has half past ten, or two o'clock. Which would you like?",
            heard="Dr. Lee has half past ten,",
            timings={"end_of_turn": 210.4, "first_token": 180.0, "first_audio": 95.2, "total": 486},
        )
        second = replace(
            first,
            number=2,
            at=began + timedelta(seconds=40),
            caller=f"Half past ten. My name is {SCRIPT}",
            receptionist="You're booked for Tuesday at half past ten.",
            heard="You're booked for Tuesday at half past ten.",
        )
        return [first, second]

    def _actions(self, began: datetime) -> list[ActionRecord]:
        return [
            ActionRecord(
                CALL,
                "t1",
                "check_availability",
                {"service": "Check-up", "date_from": "2026-11-24"},
                {"ok": True, "slots": [{"start": "2026-11-24T10:30:00-05:00"}]},
                began + timedelta(seconds=18),
            ),
            ActionRecord(
                CALL,
                "t2",
                "schedule_appointment",
                {"service": "Check-up", "start": "2026-11-24T10:30:00-05:00"},
                {"ok": True, "practitioner": "Dr. Lee"},
                began + timedelta(seconds=38),
            ),
        ]

    def _appointment(self) -> Appointment:
        start = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
        return Appointment(
            id="a1",
            practice_id=1,
            call_sid=CALL,
            service="Check-up",
            practitioner="Dr. Lee",
            start=start,
            end=start + timedelta(minutes=30),
            blocks_until=start + timedelta(minutes=35),
            caller_name="Ana Souza",
            phone=PHONE,
            date_of_birth=None,
            status="booked",
        )
