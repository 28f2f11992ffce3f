"""Settings that staff change: versions of a practice, retention, questions nobody wrote down.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

actions = sa.table(
    "actions",
    sa.column("call_sid", sa.String),
    sa.column("tool_call_id", sa.String),
    sa.column("name", sa.String),
    sa.column("arguments", sa.JSON),
    sa.column("result", sa.JSON),
    sa.column("at", sa.DateTime(timezone=True)),
)
calls = sa.table("calls", sa.column("call_sid", sa.String), sa.column("practice_id", sa.Integer))


def upgrade() -> None:
    """Make."""
    with op.batch_alter_table("practices") as batch:
        batch.add_column(sa.Column("retention_days", sa.Integer(), nullable=True))
    op.create_table(
        "practice_versions",
        sa.Column("practice_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practices.id"],
            name=op.f("fk_practice_versions_practice_id_practices"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("practice_id", "number", name=op.f("pk_practice_versions")),
    )
    questions = op.create_table(
        "unanswered_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("practice_id", sa.Integer(), nullable=False),
        sa.Column("call_sid", sa.String(64), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practices.id"],
            name=op.f("fk_unanswered_questions_practice_id_practices"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unanswered_questions")),
        sa.UniqueConstraint("key", name=op.f("uq_unanswered_questions_key")),
    )
    op.create_index(
        "ix_unanswered_questions_open", "unanswered_questions", ["practice_id", "status", "at"]
    )
    op.create_index(op.f("ix_unanswered_questions_call_sid"), "unanswered_questions", ["call_sid"])
    op.bulk_insert(questions, _asked_so_far())


def _asked_so_far() -> list[dict[str, object]]:
    """What earlier calls asked in vain."""
    rows = op.get_bind().execute(
        sa.select(
            actions.c.call_sid,
            actions.c.tool_call_id,
            actions.c.arguments,
            actions.c.result,
            actions.c.at,
            calls.c.practice_id,
        )
        .join_from(actions, calls, actions.c.call_sid == calls.c.call_sid)
        .where(actions.c.name == "answer_faq", calls.c.practice_id.is_not(None))
    )
    return [
        {
            "key": f"{row.call_sid}:{row.tool_call_id}",
            "practice_id": row.practice_id,
            "call_sid": row.call_sid,
            "question": row.arguments["question"],
            "at": row.at,
            "status": "open",
        }
        for row in rows
        if row.result.get("known") is False and row.arguments.get("question")
    ]


def downgrade() -> None:
    """Take back."""
    op.drop_table("unanswered_questions")
    op.drop_table("practice_versions")
    # Not as a batch: SQLite would make the table anew, and others refer to it.
    op.drop_column("practices", "retention_days")
