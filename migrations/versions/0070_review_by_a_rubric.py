"""Levels of the rubric in a review, thanks for it, and how soon a review is promised."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0070"
down_revision: str | None = "0069"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

LISTS = ("rubric", "levels")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    for name in LISTS:
        op.add_column(
            "reviews", sa.Column(name, postgresql.JSONB(), server_default="[]", nullable=False)
        )
    op.add_column("reviews", sa.Column("thanked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "submissions", sa.Column("peer_reviews", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "cohorts", sa.Column("days_to_review", sa.Integer(), server_default="5", nullable=False)
    )
    # There are few cohorts: they are read in no time.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "ALTER TABLE cohorts ADD CONSTRAINT ck_cohorts_days_to_review"
        " CHECK (days_to_review BETWEEN 1 AND 60)"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_column("cohorts", "days_to_review")
    op.drop_column("submissions", "peer_reviews")
    for name in ("thanked_at", *LISTS):
        op.drop_column("reviews", name)
