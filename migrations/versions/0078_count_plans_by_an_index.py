"""The plans of one cohort can be counted without reading those of all others."""

from collections.abc import Sequence

from alembic import op

revision: str = "0078"
down_revision: str | None = "0077"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

COUNTED = [
    "id",
    "milestone_id",
    "position",
    "due_at",
    "state",
    "passed_at",
    "handed_in_at",
    "judged_at",
    "versions",
]


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_index(
        "ix_plan_items_counted", "plan_items", ["enrolment_id"], postgresql_include=COUNTED
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_index("ix_plan_items_counted", table_name="plan_items")
