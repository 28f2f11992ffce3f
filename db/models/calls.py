"""Calls, what was said and done in them, and what goes out. Times are UTC."""

from sqlalchemy import (
    JSON,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy import Column as C

from db.models.base import UtcDateTime, metadata

IS_OPEN = text("ended_by IS NULL")

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
    # The list's filters, each in the order of the list.
    *(
        Index(f"ix_calls_by_{column}", column, "started_at", "id")
        for column in ("outcome", "ended_by", "channel")
    ),
    Index("ix_calls_open", "started_at", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
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

recordings = Table(
    "recordings",
    metadata,
    C("sid", String(64), primary_key=True),
    C("call_sid", String(64), nullable=False, index=True),
    C("at", UtcDateTime, nullable=False),
    C("seconds", Integer),
)

stream_tokens = Table(
    "stream_tokens",
    metadata,
    C("token_hash", String(64), primary_key=True),
    C("call_sid", String(64), nullable=False),
    C("expires_at", UtcDateTime, nullable=False),
    C("used", Boolean, nullable=False),
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
