"""What people told of their time, and every time that dates of plans were set anew."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0063"
down_revision: str | None = "0062"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "study_paces",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.Column("exam_on", sa.Date(), nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.CheckConstraint("hours BETWEEN 1 AND 60", name="ck_study_paces_hours"),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
            name="fk_study_paces_enrolment_id_enrolments",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name="pk_study_paces"),
    )
    op.create_table(
        "absences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("last_day >= first_day", name="ck_absences_days"),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
            name="fk_absences_enrolment_id_enrolments",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_absences"),
        sa.UniqueConstraint(
            "enrolment_id",
            "first_day",
            "last_day",
            name="uq_absences_enrolment_id_first_day_last_day",
        ),
    )
    _create_redatings()


def _create_redatings() -> None:
    op.create_table(
        "cohort_redatings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("starts_on_before", sa.Date(), nullable=False),
        sa.Column("ends_on_before", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("solved", sa.Integer(), nullable=False),
        sa.Column("applied_at", MOMENT, nullable=True),
        sa.CheckConstraint("ends_on > starts_on", name="ck_cohort_redatings_dates"),
        sa.CheckConstraint(
            "state IN ('planning', 'planned', 'applied', 'failed')",
            name="ck_cohort_redatings_cohortredatingstate",
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["people.id"], name="fk_cohort_redatings_asked_by_people"
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name="fk_cohort_redatings_cohort_id_cohorts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_cohort_redatings"),
    )
    op.create_index("ix_cohort_redatings_asked_by", "cohort_redatings", ["asked_by"])
    op.create_index(
        "ix_cohort_redatings_cohort_id_asked_at_id",
        "cohort_redatings",
        ["cohort_id", "asked_at", "id"],
    )
    op.create_table(
        "redatings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_redating_id", sa.Uuid(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("minutes_over", sa.Integer(), nullable=False),
        sa.Column("changes", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'applied', 'stale')", name="ck_redatings_redatingstate"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name="fk_redatings_by_id_people"),
        sa.ForeignKeyConstraint(
            ["cohort_redating_id"],
            ["cohort_redatings.id"],
            name="fk_redatings_cohort_redating_id_cohort_redatings",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
            name="fk_redatings_enrolment_id_enrolments",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_redatings"),
        sa.UniqueConstraint(
            "cohort_redating_id",
            "enrolment_id",
            name="uq_redatings_cohort_redating_id_enrolment_id",
        ),
    )
    op.create_index("ix_redatings_by_id", "redatings", ["by_id"])
    op.create_index(
        "ix_redatings_enrolment_id_asked_at_id", "redatings", ["enrolment_id", "asked_at", "id"]
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    for table in ("redatings", "cohort_redatings", "absences", "study_paces"):
        op.drop_table(table)
