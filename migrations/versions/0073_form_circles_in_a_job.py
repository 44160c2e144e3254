"""Previews of study circles are worked out in a job, and say how far that is."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0073"
down_revision: str | None = "0072"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.add_column(
        "circle_previews",
        sa.Column("state", sa.String(length=32), server_default="formed", nullable=False),
    )
    # A cohort has one or two of them: they are read in no time.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "ALTER TABLE circle_previews ADD CONSTRAINT ck_circle_previews_circlepreviewstate"
        " CHECK (state IN ('forming', 'formed', 'failed', 'cancelled'))"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    # What is not formed says nothing to the version before.
    op.execute("DELETE FROM circle_previews WHERE state <> 'formed'")
    op.drop_column("circle_previews", "state")
