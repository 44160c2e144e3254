"""Who publishes the week's round of a cohort."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0048"
down_revision: str | None = "0047"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.add_column(
        "cohorts",
        sa.Column("publishing", sa.String(length=32), server_default="by_hand", nullable=False),
    )
    # The rows of a few cohorts are read in no time.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "ALTER TABLE cohorts ADD CONSTRAINT ck_cohorts_publishing"
        " CHECK (publishing IN ('by_hand', 'automatic', 'unless_warned'))"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_column("cohorts", "publishing")
