"""Keep how many mails an import sent to somebody, and when the newest one goes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0056"
down_revision: str | None = "0055"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    at = postgresql.TIMESTAMP(timezone=True)
    op.add_column("imported_people", sa.Column("asked_at", at, nullable=True))
    op.add_column(
        "imported_people", sa.Column("mails", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("imported_people", sa.Column("mailed_by", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    for name in ("mailed_by", "mails", "asked_at"):
        op.drop_column("imported_people", name)
