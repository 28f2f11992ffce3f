"""A practice and its settings. Times are UTC."""

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Table, Text
from sqlalchemy import Column as C

from db.models.base import UtcDateTime, metadata

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
    C("synonyms", JSON, nullable=False),
    C("documents", JSON, nullable=False),
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
