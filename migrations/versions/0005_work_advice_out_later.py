"""Give jobs queues, and say of each run how far its advice is.

Advice that is there stays; what was enqueued and not begun is solved in the queue for it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "advice_inputs",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("pool", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_advice_inputs_run_id_runs")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_advice_inputs")),
    )
    # Defaults that do not change: PostgreSQL adds them without writing the tables anew.
    _add("jobs", "queue", "default", ("default", "computing"), "ck_jobs_queue")
    states = ("none", "pending", "ready", "cut_short", "failed")
    _add("runs", "advice_state", "none", states, "ck_runs_advicestate")
    op.execute("UPDATE runs SET advice_state = 'ready' WHERE advice IS NOT NULL")
    op.execute(
        "UPDATE jobs SET queue = 'computing'"
        " WHERE state = 'pending' AND name = 'matching.solve_run'"
    )


def _add(table: str, column: str, default: str, words: Sequence[str], check: str) -> None:
    op.add_column(
        table, sa.Column(column, sa.String(length=32), server_default=default, nullable=False)
    )
    allowed = ", ".join(f"'{word}'" for word in words)
    # The new column holds the table's lock to the end anyway: to validate later gains nothing.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        f"ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({column} IN ({allowed}))"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_column("runs", "advice_state")
    op.drop_column("jobs", "queue")
    op.drop_table("advice_inputs")
