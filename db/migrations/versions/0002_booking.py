"""Booking rules, held slots, revisions, vendor calendars, waiting list and texts.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NO_RULES = "{}"


def upgrade() -> None:
    """Make."""
    with op.batch_alter_table("practices") as batch:
        batch.add_column(sa.Column("resources", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("booking", sa.JSON(), nullable=False, server_default=NO_RULES))
        batch.add_column(
            sa.Column("welcome_back", sa.Boolean(), nullable=False, server_default=sa.true())
        )
    with op.batch_alter_table("practitioners") as batch:
        batch.add_column(sa.Column("hours", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("leave", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("services") as batch:
        batch.add_column(sa.Column("resources", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("lead_minutes", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("horizon_days", sa.Integer(), nullable=True))
    with op.batch_alter_table("appointments") as batch:
        batch.add_column(sa.Column("units", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
        batch.add_column(sa.Column("cancelled_by", sa.String(16), nullable=True))
        batch.add_column(sa.Column("link_token", sa.String(64), nullable=True))
        batch.create_unique_constraint(op.f("uq_appointments_link_token"), ["link_token"])
        batch.create_index(op.f("ix_appointments_held_until"), ["held_until"])
        batch.create_index(op.f("ix_appointments_calendar_event_id"), ["calendar_event_id"])
        batch.create_index("ix_appointments_call_held", ["call_sid", "status"])
    with op.batch_alter_table("taken_times") as batch:
        batch.alter_column(
            "practitioner",
            new_column_name="whose",
            existing_type=sa.String(200),
            type_=sa.String(220),
            existing_nullable=False,
        )
    with op.batch_alter_table("outbox") as batch:
        batch.add_column(
            sa.Column(
                "created_at",
                sa.DateTime(timezone=True),
                nullable=False,
                server_default=sa.text("'2026-01-01 00:00:00'"),
            )
        )
        batch.add_column(sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True))
    _make_calendar_tables()
    _make_waiting_list()
    op.create_table(
        "texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("practice_id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("phone", sa.String(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sid", sa.String(64), nullable=True),
        sa.Column("status", sa.String(24), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("fk_texts_practice_id_practices")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_texts")),
        sa.UniqueConstraint("key", name=op.f("uq_texts_key")),
    )
    op.create_index(op.f("ix_texts_phone"), "texts", ["phone"])
    op.create_index(op.f("ix_texts_sid"), "texts", ["sid"])


def _make_calendar_tables() -> None:
    op.create_table(
        "calendar_feeds",
        sa.Column("calendar_id", sa.String(400), nullable=False),
        sa.Column("sync_token", sa.Text(), nullable=True),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel_id", sa.String(64), nullable=True),
        sa.Column("channel_token", sa.String(64), nullable=True),
        sa.Column("resource_id", sa.String(400), nullable=True),
        sa.Column("channel_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("calendar_id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("channel_id", name=op.f("uq_calendar_feeds_channel_id")),
    )
    op.create_table(
        "calendar_blocks",
        sa.Column("calendar_id", sa.String(400), nullable=False),
        sa.Column("event_id", sa.String(1024), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("calendar_id", "event_id", name=op.f("pk_calendar_blocks")),
    )
    op.create_index("ix_calendar_blocks_time", "calendar_blocks", ["calendar_id", "start"])


def _make_waiting_list() -> None:
    op.create_table(
        "waiting_list",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("practice_id", sa.Integer(), nullable=False),
        sa.Column("call_sid", sa.String(64), nullable=True),
        sa.Column("service", sa.String(200), nullable=False),
        sa.Column("practitioner", sa.String(200), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("part_of_day", sa.String(16), nullable=True),
        sa.Column("caller_name", sa.String(200), nullable=False),
        sa.Column("phone", sa.String(64), nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("offered_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offered_practitioner", sa.String(200), nullable=True),
        sa.Column("offered_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("idempotency_key", sa.String(300), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("fk_waiting_list_practice_id_practices")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_list")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_waiting_list_idempotency_key")),
    )
    op.create_index(op.f("ix_waiting_list_phone"), "waiting_list", ["phone"])
    op.create_index("ix_waiting_list_open", "waiting_list", ["practice_id", "status", "created_at"])


def downgrade() -> None:
    """Take back."""
    for table in ("texts", "waiting_list", "calendar_blocks", "calendar_feeds"):
        op.drop_table(table)
    with op.batch_alter_table("outbox") as batch:
        batch.drop_column("finished_at")
        batch.drop_column("created_at")
    with op.batch_alter_table("taken_times") as batch:
        batch.alter_column(
            "whose",
            new_column_name="practitioner",
            existing_type=sa.String(220),
            type_=sa.String(200),
            existing_nullable=False,
        )
    with op.batch_alter_table("appointments") as batch:
        batch.drop_index("ix_appointments_call_held")
        batch.drop_index(op.f("ix_appointments_calendar_event_id"))
        batch.drop_index(op.f("ix_appointments_held_until"))
        batch.drop_constraint(op.f("uq_appointments_link_token"), type_="unique")
        for column in ("link_token", "cancelled_by", "revision", "held_until", "units"):
            batch.drop_column(column)
    with op.batch_alter_table("services") as batch:
        for column in ("horizon_days", "lead_minutes", "resources"):
            batch.drop_column(column)
    with op.batch_alter_table("practitioners") as batch:
        batch.drop_column("leave")
        batch.drop_column("hours")
    with op.batch_alter_table("practices") as batch:
        for column in ("welcome_back", "booking", "resources"):
            batch.drop_column(column)
