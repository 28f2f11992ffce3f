"""What else callers say for a practice's words, and texts that questions are answered from.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make."""
    with op.batch_alter_table("practices") as batch:
        batch.add_column(sa.Column("synonyms", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("documents", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("practices") as batch:
        batch.drop_column("documents")
        batch.drop_column("synonyms")
