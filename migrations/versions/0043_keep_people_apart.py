"""Keep who is not to be matched with whom, and which conflicts of interest are lifted."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0043"
down_revision: str | None = "0042"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def _cascading(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{to}"
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "kept_apart",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('block', 'conflict')", name="ck_kept_apart_apartkind"),
        _cascading("kept_apart", "cohort_id", "cohorts"),
        _cascading("kept_apart", "by_id", "people"),
        sa.PrimaryKeyConstraint("id", name="pk_kept_apart"),
        sa.UniqueConstraint(
            "cohort_id",
            "by_id",
            "kind",
            "email",
            "label",
            name="uq_kept_apart_cohort_id_by_id_kind_email_label",
        ),
    )
    op.create_index("ix_kept_apart_by_id", "kept_apart", ["by_id"], unique=False)
    op.create_table(
        "lifted_conflicts",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("lifted_by", sa.Uuid(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=False),
        _cascading("lifted_conflicts", "enrolment_id", "enrolments"),
        _cascading("lifted_conflicts", "mentor_id", "mentors"),
        sa.ForeignKeyConstraint(
            ["lifted_by"], ["people.id"], name="fk_lifted_conflicts_lifted_by_people"
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "mentor_id", name="pk_lifted_conflicts"),
    )
    for column in ("mentor_id", "lifted_by"):
        op.create_index(f"ix_lifted_conflicts_{column}", "lifted_conflicts", [column])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("lifted_conflicts")
    op.drop_table("kept_apart")
