"""Appointments, calendars, the waiting list, texts, and what follows a change. Times are UTC."""

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, String, Table, Text
from sqlalchemy import Column as C

from db.models.base import UtcDateTime, metadata

appointments = Table(
    "appointments",
    metadata,
    C("id", String(40), primary_key=True),
    C("practice_id", ForeignKey("practices.id"), nullable=False),
    C("call_sid", String(64)),
    C("service", String(200), nullable=False),
    C("practitioner", String(200), nullable=False),
    C("start", UtcDateTime, nullable=False, index=True),
    C("end", UtcDateTime, nullable=False),
    C("blocks_until", UtcDateTime, nullable=False),
    C("caller_name", String(200), nullable=False),
    C("phone", String(64), index=True),
    C("date_of_birth", Date, index=True),
    C("status", String(16), nullable=False),
    C("notes", Text),
    C("units", JSON, nullable=False),
    C("held_until", UtcDateTime, index=True),
    C("revision", Integer, nullable=False),
    C("cancelled_by", String(16)),
    C("calendar_event_id", String(1024), index=True),
    C("link_token", String(64), unique=True),
    C("idempotency_key", String(300), unique=True),
    C("created_at", UtcDateTime, nullable=False, index=True),
    Index("ix_appointments_call_held", "call_sid", "status"),
)

# One row for every five minutes of a practitioner (or of a room, a machine) that an appointment
# takes. The primary key is what makes overlap impossible, on SQLite and PostgreSQL alike.
taken_times = Table(
    "taken_times",
    metadata,
    C("practice_id", ForeignKey("practices.id"), primary_key=True),
    C("whose", String(220), primary_key=True),
    C("cell", Integer, primary_key=True, autoincrement=False),
    C("appointment_id", ForeignKey("appointments.id"), nullable=False, index=True),
)

# How far a vendor's calendar has been read, and where it tells us of changes.
calendar_feeds = Table(
    "calendar_feeds",
    metadata,
    C("calendar_id", String(400), primary_key=True),
    C("sync_token", Text),
    C("synced_at", UtcDateTime),
    C("channel_id", String(64), unique=True),
    C("channel_token", String(64)),
    C("resource_id", String(400)),
    C("channel_expires_at", UtcDateTime),
)

# What people have put into a vendor's calendar: times that cannot be offered.
calendar_blocks = Table(
    "calendar_blocks",
    metadata,
    C("calendar_id", String(400), primary_key=True),
    C("event_id", String(1024), primary_key=True),
    C("start", UtcDateTime, nullable=False),
    C("end", UtcDateTime, nullable=False),
    Index("ix_calendar_blocks_time", "calendar_id", "start"),
)

waiting_list = Table(
    "waiting_list",
    metadata,
    C("id", String(40), primary_key=True),
    C("practice_id", ForeignKey("practices.id"), nullable=False),
    C("call_sid", String(64)),
    C("service", String(200), nullable=False),
    C("practitioner", String(200)),
    C("first_day", Date, nullable=False),
    C("last_day", Date, nullable=False),
    C("part_of_day", String(16)),
    C("caller_name", String(200), nullable=False),
    C("phone", String(64), nullable=False, index=True),
    C("date_of_birth", Date),
    C("status", String(16), nullable=False),
    C("offered_start", UtcDateTime),
    C("offered_practitioner", String(200)),
    C("offered_until", UtcDateTime),
    C("idempotency_key", String(300), unique=True),
    C("created_at", UtcDateTime, nullable=False),
    Index("ix_waiting_list_open", "practice_id", "status", "created_at"),
)

texts = Table(
    "texts",
    metadata,
    C("id", Integer, primary_key=True),
    C("key", String(300), nullable=False, unique=True),
    C("practice_id", ForeignKey("practices.id"), nullable=False),
    C("direction", String(8), nullable=False),
    C("kind", String(32), nullable=False),
    C("phone", String(64), nullable=False, index=True),
    C("body", Text, nullable=False),
    C("sid", String(64), index=True),
    C("status", String(24)),
    C("at", UtcDateTime, nullable=False),
)

# Work that follows a change, written in the same transaction as the change.
outbox = Table(
    "outbox",
    metadata,
    C("id", Integer, primary_key=True),
    C("kind", String(64), nullable=False),
    C("key", String(300), nullable=False, unique=True),
    C("payload", JSON, nullable=False),
    C("status", String(16), nullable=False),
    C("run_at", UtcDateTime, nullable=False),
    C("attempts", Integer, nullable=False),
    C("lease_until", UtcDateTime),
    C("error", String(100)),
    C("created_at", UtcDateTime, nullable=False),
    C("finished_at", UtcDateTime),
    Index("ix_outbox_due", "status", "run_at"),
)
