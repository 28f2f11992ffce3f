"""Rows as the API shows them. The field names are a contract; times carry their offset."""

from datetime import datetime
from typing import Any

from receptionist.ports.records import (
    ActionRecord,
    Appointment,
    AuditRow,
    CallRecord,
    StaffMessage,
    TurnRecord,
)


def call(row: CallRecord) -> dict[str, Any]:
    """One call of a list."""
    return {
        "call_sid": row.call_sid,
        "from": row.from_number,
        "to": row.to_number,
        "channel": row.channel,
        "started_at": _time(row.started_at),
        "ended_at": _time(row.ended_at),
        "outcome": row.outcome,
        "ended_by": row.ended_by,
        "erased_at": _time(row.erased_at),
    }


def turn(row: TurnRecord) -> dict[str, Any]:
    """One exchange."""
    return {
        "number": row.number,
        "at": _time(row.at),
        "caller": row.caller,
        "receptionist": row.receptionist,
        "heard": row.heard,
        "timings": dict(row.timings),
    }


def action(row: ActionRecord) -> dict[str, Any]:
    """One function called."""
    return {
        "name": row.name,
        "arguments": dict(row.arguments),
        "result": dict(row.result),
        "at": _time(row.at),
    }


def message(row: StaffMessage) -> dict[str, Any]:
    """One message for the staff."""
    return {
        "id": row.id,
        "call_sid": row.call_sid,
        "caller_name": row.caller_name,
        "phone": row.phone,
        "message": row.message,
        "urgency": row.urgency,
        "recipient": row.recipient,
        "status": row.status,
        "created_at": _time(row.created_at),
        "kind": row.kind,
        "assignee": row.assignee,
        "version": row.version,
        "escalated_at": _time(row.escalated_at),
    }


def appointment(row: Appointment) -> dict[str, Any]:
    """One appointment."""
    return {
        "id": row.id,
        "call_sid": row.call_sid,
        "service": row.service,
        "practitioner": row.practitioner,
        "start": _time(row.start),
        "end": _time(row.end),
        "caller_name": row.caller_name,
        "phone": row.phone,
        "status": row.status,
        "calendar_event_id": row.calendar_event_id,
    }


def audit_row(row: AuditRow) -> dict[str, Any]:
    """One link of the chain."""
    return {
        "id": row.id,
        "at": _time(row.at),
        "actor": row.actor,
        "action": row.action,
        "subject": row.subject,
        "detail": dict(row.detail),
        "hash": row.hash,
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
