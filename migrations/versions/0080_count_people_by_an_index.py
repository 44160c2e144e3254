"""What waits is put in order, and a cohort's people are counted, by indexes alone."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0080"
down_revision: str | None = "0079"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

WAITS: dict[str, Any] = {"postgresql_where": sa.text("state = 'submitted'")}
OF_EACH: dict[str, Any] = {"postgresql_include": ["state", "person_id"]}
PEOPLE, WAITING = "ix_enrolments_cohort_id_created_at_id", "ix_plan_items_submitted"


def upgrade() -> None:
    of_it = {"postgresql_include": ["id", "handed_in_at", "versions"]}
    _build(OF_EACH, WAITS | of_it)


def downgrade() -> None:
    _build({}, WAITS)


def _build(people: dict[str, Any], waiting: dict[str, Any]) -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    _drop(PEOPLE)
    op.create_index(PEOPLE, "enrolments", ["cohort_id", "created_at", "id"], **people)
    _drop(WAITING)
    op.create_index(WAITING, "plan_items", ["enrolment_id"], **waiting)


def _drop(index: str) -> None:
    """Not concurrently, which a transaction cannot; its lock is tried for two seconds at most."""
    op.execute(f"-- squawk-ignore require-concurrent-index-deletion\nDROP INDEX {index}")
