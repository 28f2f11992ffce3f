"""Tables behind the staff's numbers, the live view and outgoing webhooks. Times are UTC."""

from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy import Column as C

from db.models import UtcDateTime, calls, metadata

IS_OPEN = text("ended_by IS NULL")

Index("ix_calls_open", calls.c.started_at, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)

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
