"""What a practice may spend on calls and texts, and the calls that went out.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make."""
    with op.batch_alter_table("practices") as batch:
        batch.add_column(sa.Column("outgoing", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "outgoing_calls",
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("practice_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practices.id"],
            name=op.f("fk_outgoing_calls_practice_id_practices"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_outgoing_calls")),
    )
    op.create_index("ix_outgoing_calls_spent", "outgoing_calls", ["practice_id", "at"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("outgoing_calls")
    with op.batch_alter_table("practices") as batch:
        batch.drop_column("outgoing")
