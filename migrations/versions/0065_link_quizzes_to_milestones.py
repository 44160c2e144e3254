"""Which milestone a quiz checks, and from which score on it passes it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0065"
down_revision: str | None = "0064"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.add_column("quizzes", sa.Column("milestone", sa.Text(), server_default="", nullable=False))
    op.add_column("quizzes", sa.Column("passes_from", sa.Float(), nullable=True))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_column("quizzes", "passes_from")
    op.drop_column("quizzes", "milestone")
