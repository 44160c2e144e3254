"""Say why not from a list, and ask for a pause in the same step."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

REASONS = "'no_time', 'fields_differ', 'goals_differ', 'hours_differ', 'acquainted', 'other'"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.add_column("enrolments", sa.Column("paused_until", sa.Date(), nullable=True))
    op.add_column("proposals", sa.Column("because", sa.String(32), nullable=True))
    # No row has a reason yet, and a table of proposals is read in no time.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "ALTER TABLE proposals ADD CONSTRAINT ck_proposals_declinereason"
        f" CHECK (because IN ({REASONS}))"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_column("proposals", "because")
    op.drop_column("enrolments", "paused_until")
