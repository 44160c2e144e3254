"""What was handed in and judged of a plan can be counted without reading every submission."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0062"
down_revision: str | None = "0061"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
LATER = """
INSERT INTO jobs (id, name, arguments, queue, state, attempts, due_at, enqueued_at)
SELECT gen_random_uuid(), 'study.count_versions', '{"part": 0}', 'default',
    'pending', 0, now(), now()
WHERE EXISTS (SELECT FROM submissions)
"""
"""What is there already is counted by a worker, a part at a time: nobody waits for a lock."""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.add_column("plan_items", sa.Column("handed_in_at", MOMENT, nullable=True))
    op.add_column("plan_items", sa.Column("judged_at", MOMENT, nullable=True))
    op.add_column(
        "plan_items", sa.Column("versions", sa.Integer(), server_default="0", nullable=False)
    )
    op.execute(LATER)
    op.create_index(
        "ix_plan_items_owed",
        "plan_items",
        ["enrolment_id", "due_at", "position"],
        postgresql_where=sa.text("state IN ('open', 'again')"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_index("ix_plan_items_owed", table_name="plan_items")
    op.drop_column("plan_items", "versions")
    op.drop_column("plan_items", "judged_at")
    op.drop_column("plan_items", "handed_in_at")
