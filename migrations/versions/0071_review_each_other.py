"""Peer reviews: the rules of a cohort, who is asked, and what they said."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0071"
down_revision: str | None = "0070"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    _rules()
    _allocations()
    _tasks()
    _reviews()


def _rules() -> None:
    op.create_table(
        "peer_review_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("milestone", sa.Text(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("reviews_each", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("most_at_once", sa.Integer(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("with_mentors", sa.Boolean(), nullable=False),
        sa.Column("with_staff", sa.Boolean(), nullable=False),
        sa.Column("peers_pass", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "reviews_each BETWEEN 1 AND 5", name="ck_peer_review_rules_reviews_each"
        ),
        sa.CheckConstraint("days BETWEEN 1 AND 30", name="ck_peer_review_rules_days"),
        sa.CheckConstraint(
            "most_at_once BETWEEN 1 AND 10", name="ck_peer_review_rules_most_at_once"
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name="fk_peer_review_rules_cohort_id_cohorts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_peer_review_rules"),
        sa.UniqueConstraint(
            "cohort_id", "milestone", name="uq_peer_review_rules_cohort_id_milestone"
        ),
    )


def _allocations() -> None:
    op.create_table(
        "review_allocations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("works", sa.Integer(), nullable=False),
        sa.Column("reviewers", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("total", sa.Float(), nullable=False),
        sa.Column("bound", sa.Float(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("proved", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name="fk_review_allocations_cohort_id_cohorts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_review_allocations"),
    )
    op.create_index(
        "ix_review_allocations_cohort_id_made_at", "review_allocations", ["cohort_id", "made_at"]
    )


def _tasks() -> None:
    op.create_table(
        "review_tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("ask", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("fit", sa.Float(), nullable=False),
        sa.Column("allocated_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("remind_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "role IN ('peer', 'mentor', 'staff')", name="ck_review_tasks_reviewerrole"
        ),
        sa.CheckConstraint("ask IN ('first', 'second_opinion')", name="ck_review_tasks_reviewask"),
        sa.CheckConstraint(
            "state IN ('open', 'done', 'lapsed', 'withdrawn')",
            name="ck_review_tasks_reviewtaskstate",
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name="fk_review_tasks_cohort_id_cohorts"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name="fk_review_tasks_submission_id_submissions"
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["people.id"], name="fk_review_tasks_reviewer_id_people"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_review_tasks"),
        sa.UniqueConstraint(
            "submission_id", "reviewer_id", name="uq_review_tasks_submission_id_reviewer_id"
        ),
    )
    op.create_index(
        "ix_review_tasks_reviewer_id_due_at_id", "review_tasks", ["reviewer_id", "due_at", "id"]
    )
    op.create_index("ix_review_tasks_cohort_id", "review_tasks", ["cohort_id"])
    op.create_index(
        "ix_review_tasks_open",
        "review_tasks",
        ["due_at"],
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "uq_review_tasks_second",
        "review_tasks",
        ["submission_id"],
        unique=True,
        postgresql_where=sa.text("ask = 'second_opinion' AND state IN ('open', 'done')"),
    )


def _reviews() -> None:
    op.create_table(
        "peer_reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("rubric", postgresql.JSONB(), nullable=False),
        sa.Column("levels", postgresql.JSONB(), nullable=False),
        sa.Column("reviewed_at", MOMENT, nullable=False),
        sa.Column("thanked_at", MOMENT, nullable=True),
        sa.CheckConstraint("verdict IN ('passed', 'again')", name="ck_peer_reviews_verdict"),
        sa.ForeignKeyConstraint(
            ["task_id"], ["review_tasks.id"], name="fk_peer_reviews_task_id_review_tasks"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_peer_reviews"),
        sa.UniqueConstraint("task_id", name="uq_peer_reviews_task_id"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    for table in ("peer_reviews", "review_tasks", "review_allocations", "peer_review_rules"):
        op.drop_table(table)
