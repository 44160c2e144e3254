"""Rounds of introductions, and what people say after their talks."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ANSWERS = "IN ('gladly', 'could_work', 'rather_not')"
CHECKS = {
    "ck_rounds_roundkind": "kind IN ('matching', 'introductions')",
    "ck_rounds_per_researcher": "(kind = 'introductions') = (per_researcher IS NOT NULL)",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "introductions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("researcher_answer", sa.String(length=32), nullable=True),
        sa.Column("mentor_answer", sa.String(length=32), nullable=True),
        sa.Column("researcher_note", sa.Text(), nullable=False),
        sa.Column("mentor_note", sa.Text(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            f"researcher_answer {ANSWERS}", name="ck_introductions_researcher_answer"
        ),
        sa.CheckConstraint(f"mentor_answer {ANSWERS}", name="ck_introductions_mentor_answer"),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name="fk_introductions_cohort_id_cohorts"
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name="fk_introductions_enrolment_id_enrolments"
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["mentors.id"], name="fk_introductions_mentor_id_mentors"
        ),
        sa.ForeignKeyConstraint(
            ["cancelled_by"], ["people.id"], name="fk_introductions_cancelled_by_people"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_introductions"),
        sa.UniqueConstraint(
            "enrolment_id", "mentor_id", name="uq_introductions_enrolment_id_mentor_id"
        ),
    )
    op.create_index(
        "ix_introductions_cohort_id_made_at_id", "introductions", ["cohort_id", "made_at", "id"]
    )
    op.create_index("ix_introductions_mentor_id", "introductions", ["mentor_id"])
    op.create_index("ix_introductions_cancelled_by", "introductions", ["cancelled_by"])
    kind = sa.Column("kind", sa.String(length=32), server_default="matching", nullable=False)
    op.add_column("rounds", kind)
    op.add_column("rounds", sa.Column("per_researcher", sa.Integer(), nullable=True))
    op.add_column("rounds", sa.Column("per_mentor", sa.Integer(), nullable=True))
    op.add_column("pairs", sa.Column("introduction_id", sa.Uuid(), nullable=True))
    # The new columns hold the tables' locks to the end anyway: to validate later gains nothing.
    for name, rule in CHECKS.items():
        _ignoring("constraint-missing-not-valid", f"rounds ADD CONSTRAINT {name} CHECK ({rule})")
    _ignoring(
        "adding-foreign-key-constraint",
        "pairs ADD CONSTRAINT fk_pairs_introduction_id_introductions "
        "FOREIGN KEY (introduction_id) REFERENCES introductions (id)",
    )
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "CREATE INDEX ix_pairs_introduction_id ON pairs (introduction_id)"
    )


def _ignoring(warning: str, change: str) -> None:
    op.execute(f"-- squawk-ignore {warning}\nALTER TABLE {change}")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_column("pairs", "introduction_id")
    for column in ("per_mentor", "per_researcher", "kind"):
        op.drop_column("rounds", column)
    op.drop_table("introductions")
