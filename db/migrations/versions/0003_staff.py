"""The staff's day: message histories, roles, recordings, erased calls.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NO_RULES = "{}"
IS_OPEN = sa.text("status <> 'done'")
OPEN_MESSAGES: dict[str, list[str]] = {
    "ix_messages_open": [],
    "ix_messages_open_kind": ["kind"],
    "ix_messages_open_assignee": ["assignee"],
}


def upgrade() -> None:
    """Make."""
    with op.batch_alter_table("practices") as batch:
        batch.add_column(sa.Column("inbox", sa.JSON(), nullable=False, server_default=NO_RULES))
    with op.batch_alter_table("calls") as batch:
        batch.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("accounts") as batch:
        # Whoever could sign in before there were roles could do everything.
        batch.add_column(sa.Column("role", sa.String(16), nullable=False, server_default="manager"))
        batch.add_column(sa.Column("phone", sa.String(32), nullable=True))
    with op.batch_alter_table("messages") as batch:
        batch.add_column(sa.Column("kind", sa.String(16), nullable=False, server_default="message"))
        batch.add_column(sa.Column("assignee", sa.String(200), nullable=True))
        batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch.add_column(sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("search", sa.Text(), nullable=False, server_default=""))
    op.execute(
        "UPDATE messages SET search = lower(caller_name || ' ' || message || ' ' "
        "|| coalesce(phone, ''))"
    )
    for name, columns in OPEN_MESSAGES.items():
        op.create_index(
            name,
            "messages",
            [*columns, "urgency", "created_at", "id"],
            sqlite_where=IS_OPEN,
            postgresql_where=IS_OPEN,
        )
    op.create_index("ix_messages_call", "messages", ["call_sid"])
    op.create_index(op.f("ix_turns_at"), "turns", ["at"])
    op.create_table(
        "message_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_message_events_message_id_messages")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_events")),
    )
    op.create_index(op.f("ix_message_events_message_id"), "message_events", ["message_id"])
    op.create_table(
        "recordings",
        sa.Column("sid", sa.String(64), nullable=False),
        sa.Column("call_sid", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_recordings")),
    )
    op.create_index(op.f("ix_recordings_call_sid"), "recordings", ["call_sid"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("recordings")
    op.drop_table("message_events")
    op.drop_index(op.f("ix_turns_at"), "turns")
    op.drop_index("ix_messages_call", "messages")
    for name in OPEN_MESSAGES:
        op.drop_index(name, "messages")
    with op.batch_alter_table("messages") as batch:
        for column in ("search", "escalated_at", "version", "assignee", "kind"):
            batch.drop_column(column)
    with op.batch_alter_table("accounts") as batch:
        batch.drop_column("phone")
        batch.drop_column("role")
    with op.batch_alter_table("calls") as batch:
        batch.drop_column("erased_at")
    with op.batch_alter_table("practices") as batch:
        batch.drop_column("inbox")
