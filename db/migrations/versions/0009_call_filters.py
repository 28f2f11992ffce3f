"""Calls by how they went: the list's filters find what is rare without reading a year of calls.

Revision ID: 0009
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FILTERS = ("outcome", "ended_by", "channel")


def upgrade() -> None:
    """Make."""
    for column in FILTERS:
        op.create_index(f"ix_calls_by_{column}", "calls", [column, "started_at", "id"])


def downgrade() -> None:
    """Take back."""
    for column in FILTERS:
        op.drop_index(f"ix_calls_by_{column}", "calls")
