"""Study circles of a cohort, who is in them, and the previews of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0066"
down_revision: str | None = "0065"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "circles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("meets_on", sa.Integer(), nullable=True),
        sa.Column("meets_at", sa.Time(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("meets_since", MOMENT, nullable=True),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("meets_on BETWEEN 0 AND 6", name="ck_circles_meets_on"),
        sa.CheckConstraint("minutes BETWEEN 15 AND 240", name="ck_circles_minutes"),
        sa.CheckConstraint("(meets_on IS NULL) = (meets_at IS NULL)", name="ck_circles_meeting"),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name="fk_circles_cohort_id_cohorts"),
        sa.PrimaryKeyConstraint("id", name="pk_circles"),
        sa.UniqueConstraint("cohort_id", "number", name="uq_circles_cohort_id_number"),
    )
    op.create_table(
        "circle_members",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("circle_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("shows_progress", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.Column("left_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["circles.id"], name="fk_circle_members_circle_id_circles"
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
            name="fk_circle_members_enrolment_id_enrolments",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_circle_members"),
    )
    op.create_index("ix_circle_members_circle_id", "circle_members", ["circle_id"])
    op.create_index(
        "uq_circle_members_enrolment_id",
        "circle_members",
        ["enrolment_id"],
        unique=True,
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "circle_previews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("asked", postgresql.JSONB(), nullable=False),
        sa.Column("found", postgresql.JSONB(), nullable=False),
        sa.Column("basis", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name="fk_circle_previews_cohort_id_cohorts"
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["people.id"], name="fk_circle_previews_made_by_people"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_circle_previews"),
    )
    op.create_index("ix_circle_previews_made_by", "circle_previews", ["made_by"])
    op.create_index(
        "ix_circle_previews_cohort_id_made_at", "circle_previews", ["cohort_id", "made_at"]
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("circle_previews")
    op.drop_table("circle_members")
    op.drop_table("circles")
