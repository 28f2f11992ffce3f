"""The tables, as SQLAlchemy Core knows them. Times are UTC."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy import Column as C


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in and out; SQLite keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone: it would be stored as something else."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("expected an aware datetime")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give it its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

practices = Table(
    "practices",
    metadata,
    C("id", Integer, primary_key=True),
    C("name", String(200), nullable=False, unique=True),
    C("timezone", String(64), nullable=False),
    C("greeting", Text, nullable=False),
    C("transfer_number", String(32)),
    C("fallback_number", String(32)),
    C("emergency_number", String(16), nullable=False),
    C("languages", JSON, nullable=False),
    C("recording", Boolean, nullable=False),
    C("welcome_back", Boolean, nullable=False),
    C("hours", JSON, nullable=False),
    C("closed", JSON, nullable=False),
    C("resources", JSON, nullable=False),
    C("booking", JSON, nullable=False),
    C("inbox", JSON, nullable=False),
    C("outgoing", JSON, nullable=False),
    C("retention_days", Integer),
)

# The practice's settings after each change; `words` is what changed, `settings` a practice file.
practice_versions = Table(
    "practice_versions",
    metadata,
    C("practice_id", ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True),
    C("number", Integer, primary_key=True, autoincrement=False),
    C("at", UtcDateTime, nullable=False),
    C("actor", String(200), nullable=False),
    C("parts", JSON, nullable=False),
    C("words", JSON, nullable=False),
    C("settings", Text, nullable=False),
)

# What callers asked and nobody had written down an answer to.
unanswered_questions = Table(
    "unanswered_questions",
    metadata,
    C("id", Integer, primary_key=True),
    C("key", String(300), nullable=False, unique=True),
    C("practice_id", ForeignKey("practices.id", ondelete="CASCADE"), nullable=False),
    C("call_sid", String(64), nullable=False, index=True),
    C("question", Text, nullable=False),
    C("at", UtcDateTime, nullable=False),
    C("status", String(16), nullable=False),
    Index("ix_unanswered_questions_open", "practice_id", "status", "at"),
)

phone_numbers = Table(
    "phone_numbers",
    metadata,
    C("number", String(32), primary_key=True),
    C("practice_id", ForeignKey("practices.id", ondelete="CASCADE"), nullable=False),
    C("position", Integer, nullable=False),
)

practitioners = Table(
    "practitioners",
    metadata,
    C("practice_id", ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True),
    C("position", Integer, primary_key=True),
    C("name", String(200), nullable=False),
    C("calendar", String(400)),
    C("hours", JSON),
    C("leave", JSON, nullable=False),
)

services = Table(
    "services",
    metadata,
    C("practice_id", ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True),
    C("position", Integer, primary_key=True),
    C("name", String(200), nullable=False),
    C("minutes", Integer, nullable=False),
    C("buffer_minutes", Integer, nullable=False),
    C("practitioners", JSON, nullable=False),
    C("resources", JSON, nullable=False),
    C("lead_minutes", Integer),
    C("horizon_days", Integer),
)

faqs = Table(
    "faqs",
    metadata,
    C("practice_id", ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True),
    C("position", Integer, primary_key=True),
    C("question", Text, nullable=False),
    C("answer", Text, nullable=False),
)

callers = Table(
    "callers",
    metadata,
    C("practice_id", ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True),
    C("phone", String(32), primary_key=True),
    C("first_call_at", UtcDateTime, nullable=False),
    C("last_call_at", UtcDateTime, nullable=False),
    C("calls", Integer, nullable=False),
)

calls = Table(
    "calls",
    metadata,
    C("id", Integer, primary_key=True),
    C("call_sid", String(64), nullable=False, unique=True),
    C("practice_id", ForeignKey("practices.id")),
    C("from_number", String(64)),
    C("to_number", String(64)),
    C("channel", String(16), nullable=False),
    C("started_at", UtcDateTime, nullable=False, index=True),
    C("ended_at", UtcDateTime),
    C("outcome", String(32)),
    C("ended_by", String(16)),
    C("state", JSON, nullable=False),
    C("erased_at", UtcDateTime),
)

turns = Table(
    "turns",
    metadata,
    C("call_sid", String(64), primary_key=True),
    C("number", Integer, primary_key=True),
    C("at", UtcDateTime, nullable=False, index=True),
    C("caller", Text, nullable=False),
    C("receptionist", Text, nullable=False),
    C("heard", Text, nullable=False),
    C("timings", JSON, nullable=False),
)

actions = Table(
    "actions",
    metadata,
    C("id", Integer, primary_key=True),
    C("call_sid", String(64), nullable=False),
    C("tool_call_id", String(200), nullable=False),
    C("name", String(64), nullable=False),
    C("arguments", JSON, nullable=False),
    C("result", JSON, nullable=False),
    C("at", UtcDateTime, nullable=False),
    UniqueConstraint("call_sid", "tool_call_id"),
)

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

OPEN_MESSAGES = {
    "ix_messages_open": (),
    "ix_messages_open_kind": ("kind",),
    "ix_messages_open_assignee": ("assignee",),
}
"""What is open is looked at all day, by need; its indexes hold nothing that is done."""

messages = Table(
    "messages",
    metadata,
    C("id", String(40), primary_key=True),
    C("practice_id", ForeignKey("practices.id"), nullable=False),
    C("call_sid", String(64)),
    C("caller_name", String(200), nullable=False),
    C("phone", String(64)),
    C("message", Text, nullable=False),
    C("urgency", String(16), nullable=False),
    C("recipient", String(200)),
    C("status", String(16), nullable=False),
    C("created_at", UtcDateTime, nullable=False, index=True),
    C("idempotency_key", String(300), unique=True),
    C("kind", String(16), nullable=False),
    C("assignee", String(200)),
    C("version", Integer, nullable=False),
    C("escalated_at", UtcDateTime),
    # Name, words and number without case and accents: what a search looks through.
    C("search", Text, nullable=False),
    *(
        Index(
            name,
            *columns,
            "urgency",
            "created_at",
            "id",
            sqlite_where=text("status <> 'done'"),
            postgresql_where=text("status <> 'done'"),
        )
        for name, columns in OPEN_MESSAGES.items()
    ),
    Index("ix_messages_call", "call_sid"),
)

# What happened to a message. Rows are only ever added.
message_events = Table(
    "message_events",
    metadata,
    C("id", Integer, primary_key=True),
    C("message_id", ForeignKey("messages.id"), nullable=False, index=True),
    C("at", UtcDateTime, nullable=False),
    C("actor", String(200), nullable=False),
    C("kind", String(32), nullable=False),
    C("detail", JSON, nullable=False),
)

recordings = Table(
    "recordings",
    metadata,
    C("sid", String(64), primary_key=True),
    C("call_sid", String(64), nullable=False, index=True),
    C("at", UtcDateTime, nullable=False),
    C("seconds", Integer),
)


# Calls that went out on a practice's account; none of them says to whom.
outgoing_calls = Table(
    "outgoing_calls",
    metadata,
    C("key", String(200), primary_key=True),
    C("practice_id", ForeignKey("practices.id", ondelete="CASCADE"), nullable=False),
    C("at", UtcDateTime, nullable=False),
    Index("ix_outgoing_calls_spent", "practice_id", "at"),
)

audit_logs = Table(
    "audit_logs",
    metadata,
    C("id", Integer, primary_key=True),
    C("at", UtcDateTime, nullable=False),
    C("actor", String(200), nullable=False),
    C("action", String(100), nullable=False),
    C("subject", String(300), nullable=False),
    C("detail", JSON, nullable=False),
    C("hash", String(64), nullable=False, unique=True),
)

accounts = Table(
    "accounts",
    metadata,
    C("username", String(200), primary_key=True),
    C("password_hash", String(500), nullable=False),
    C("role", String(16), nullable=False),
    C("phone", String(32)),
)

stream_tokens = Table(
    "stream_tokens",
    metadata,
    C("token_hash", String(64), primary_key=True),
    C("call_sid", String(64), nullable=False),
    C("expires_at", UtcDateTime, nullable=False),
    C("used", Boolean, nullable=False),
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
