"""Let people be found by the other side of their cohort, and keep why they wish for someone."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TABLES = ("mentors", "enrolments")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    for table in TABLES:
        listed = sa.Column("is_listed", sa.Boolean(), nullable=False, server_default=sa.false())
        op.add_column(table, listed)
    reason = sa.Column("reason", sa.Text(), nullable=False, server_default="")
    op.add_column("wishes", reason)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_column("wishes", "reason")
    for table in TABLES:
        op.drop_column(table, "is_listed")
