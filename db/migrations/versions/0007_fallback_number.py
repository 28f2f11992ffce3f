"""Where callers are put through when a process holds all the calls it may.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make."""
    with op.batch_alter_table("practices") as batch:
        batch.add_column(sa.Column("fallback_number", sa.String(32), nullable=True))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("practices") as batch:
        batch.drop_column("fallback_number")
