"""What staff work with: messages, accounts, audit, numbers, webhooks. Times are UTC."""

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, String, Table, Text, text
from sqlalchemy import Column as C

from db.models.base import UtcDateTime, metadata

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

# A practice's day as it was counted: what a page shows of months must not read every call.
day_numbers = Table(
    "day_numbers",
    metadata,
    C("practice_id", ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True),
    C("day", Date, primary_key=True),
    C("made_at", UtcDateTime, nullable=False),
    C("settled", Boolean, nullable=False),
    C("figures", JSON, nullable=False),
)

vendor_errors = Table(
    "vendor_errors",
    metadata,
    C("day", Date, primary_key=True),
    C("provider", String(64), primary_key=True),
    C("code", String(64), primary_key=True),
    C("count", Integer, nullable=False),
)

# What staff ask of calls on the line; a row is gone once its call has taken it.
staff_requests = Table(
    "staff_requests",
    metadata,
    C("id", Integer, primary_key=True),
    C("call_sid", String(64), nullable=False, index=True),
    C("kind", String(16), nullable=False),
    C("detail", Text, nullable=False),
    C("by", String(200), nullable=False),
    C("at", UtcDateTime, nullable=False),
)

webhooks = Table(
    "webhooks",
    metadata,
    C("id", String(40), primary_key=True),
    C("url", String(2000), nullable=False),
    C("secret", String(100), nullable=False),
    C("events", JSON, nullable=False),
    C("created_by", String(200), nullable=False),
    C("created_at", UtcDateTime, nullable=False),
    C("paused", Boolean, nullable=False),
    C("last_at", UtcDateTime),
    C("last_result", String(100)),
)
