"""What a mentor reads of her mentee's plan."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0050"
down_revision: str | None = "0049"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.add_column(
        "enrolments",
        sa.Column("mentor_sees", sa.String(length=32), server_default="milestones", nullable=False),
    )
    # The rows of some thousands of people are read in no time.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "ALTER TABLE enrolments ADD CONSTRAINT ck_enrolments_mentor_sees"
        " CHECK (mentor_sees IN ('milestones', 'counts', 'nothing'))"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_column("enrolments", "mentor_sees")
