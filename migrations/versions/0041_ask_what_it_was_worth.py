"""A few words of each of the two when a mentorship has ended."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0041"
down_revision: str | None = "0040"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "closing_surveys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mentorship_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("worth", sa.String(length=32), nullable=True),
        sa.Column("would_again", sa.Boolean(), nullable=True),
        sa.Column("may_name", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_closing_surveys"),
        sa.ForeignKeyConstraint(
            ["mentorship_id"],
            ["mentorships.id"],
            name="fk_closing_surveys_mentorship_id_mentorships",
        ),
        sa.UniqueConstraint("mentorship_id", "side", name="uq_closing_surveys_mentorship_id_side"),
        sa.CheckConstraint("side IN ('researcher', 'mentor')", name="ck_closing_surveys_side"),
        sa.CheckConstraint("worth IN ('very', 'partly', 'not')", name="ck_closing_surveys_worth"),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (worth IS NULL)"
            " AND (answered_at IS NULL) = (would_again IS NULL)",
            name="ck_closing_surveys_answer",
        ),
    )
    op.create_index("ix_closing_surveys_asked_at_id", "closing_surveys", ["asked_at", "id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("closing_surveys")
