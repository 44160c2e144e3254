"""A version of a guide may have quizzes of its own, and a draft of one holds them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0081"
down_revision: str | None = "0080"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# Guides are some hundred rows, which are read in no time.
SMALL = (
    "ALTER TABLE guides ADD CONSTRAINT fk_guides_quizzes_id_guides"
    " FOREIGN KEY (quizzes_id) REFERENCES guides (id)"
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.add_column("guides", sa.Column("quizzes_id", sa.Uuid(), nullable=True))
    op.execute(f"-- squawk-ignore constraint-missing-not-valid\n{SMALL}")
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "CREATE INDEX ix_guides_quizzes_id ON guides (quizzes_id)"
    )
    op.add_column(
        "curriculum_drafts",
        sa.Column("quizzes", postgresql.JSONB(none_as_null=True), nullable=True),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_column("curriculum_drafts", "quizzes")
    op.drop_index("ix_guides_quizzes_id", table_name="guides")
    op.drop_constraint("fk_guides_quizzes_id_guides", "guides", type_="foreignkey")
    op.drop_column("guides", "quizzes_id")
