"""Say of a pair how well it fits, in a word, and what was possible for the researcher."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TABLES = ("pairs", "proposals")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    for table in TABLES:
        op.add_column(table, sa.Column("fit", sa.Text(), nullable=True))
        op.add_column(table, sa.Column("best_score", sa.Float(), nullable=True))
        op.add_column(table, sa.Column("possible_mentors", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    for table in TABLES:
        for column in ("possible_mentors", "best_score", "fit"):
            op.drop_column(table, column)
