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
    C("emergency_number", String(16), nullable=False),
    C("languages", JSON, nullable=False),
    C("recording", Boolean, nullable=False),
    C("hours", JSON, nullable=False),
    C("closed", JSON, nullable=False),
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
)

turns = Table(
    "turns",
    metadata,
    C("call_sid", String(64), primary_key=True),
    C("number", Integer, primary_key=True),
    C("at", UtcDateTime, nullable=False),
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
    C("calendar_event_id", String(1024)),
    C("idempotency_key", String(300), unique=True),
    C("created_at", UtcDateTime, nullable=False, index=True),
)

# One row for every five minutes of a practitioner that an appointment takes. The primary key
# is what makes overlap impossible, on SQLite and PostgreSQL alike.
taken_times = Table(
    "taken_times",
    metadata,
    C("practice_id", ForeignKey("practices.id"), primary_key=True),
    C("practitioner", String(200), primary_key=True),
    C("cell", Integer, primary_key=True, autoincrement=False),
    C("appointment_id", ForeignKey("appointments.id"), nullable=False, index=True),
)

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
    Index("ix_outbox_due", "status", "run_at"),
)
