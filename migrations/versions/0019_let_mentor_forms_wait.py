"""Let the form of a mentor who is not signed in wait for the mailed link."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "unconfirmed_mentors",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("profile", postgresql.JSONB(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name="fk_unconfirmed_mentors_cohort_id_cohorts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_unconfirmed_mentors"),
        sa.UniqueConstraint("token_hash", name="uq_unconfirmed_mentors_token_hash"),
    )
    op.create_index("ix_unconfirmed_mentors_cohort_id", "unconfirmed_mentors", ["cohort_id"])
    op.create_index("ix_unconfirmed_mentors_expires_at", "unconfirmed_mentors", ["expires_at"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("unconfirmed_mentors")
