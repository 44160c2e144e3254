"""Days to answer a proposal and to its reminder, as each cohort sets them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    for name, days in (("days_to_answer", "7"), ("days_to_reminder", "3")):
        op.add_column("cohorts", sa.Column(name, sa.Integer(), server_default=days, nullable=False))
    # A table of cohorts is read in no time.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "ALTER TABLE cohorts ADD CONSTRAINT ck_cohorts_days_to_answer"
        " CHECK (days_to_answer BETWEEN 2 AND 60)"
    )
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "ALTER TABLE cohorts ADD CONSTRAINT ck_cohorts_days_to_reminder"
        " CHECK (days_to_reminder BETWEEN 1 AND days_to_answer - 1)"
    )
    op.add_column("proposals", sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_column("proposals", "remind_at")
    op.drop_column("cohorts", "days_to_reminder")
    op.drop_column("cohorts", "days_to_answer")
