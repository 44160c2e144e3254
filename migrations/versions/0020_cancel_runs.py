"""Let organisers cancel a run: one more state."""

from collections.abc import Sequence

from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.execute(
        "-- squawk-ignore ban-drop-constraint\nALTER TABLE runs DROP CONSTRAINT ck_runs_runstate"
    )
    # A few rows for each week of a cohort are read in no time.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "ALTER TABLE runs ADD CONSTRAINT ck_runs_runstate"
        " CHECK (state IN ('queued', 'solved', 'failed', 'cancelled'))"
    )


def downgrade() -> None:
    op.execute("UPDATE runs SET state = 'failed' WHERE state = 'cancelled'")
    op.execute("ALTER TABLE runs DROP CONSTRAINT ck_runs_runstate")
    op.execute(
        "ALTER TABLE runs ADD CONSTRAINT ck_runs_runstate"
        " CHECK (state IN ('queued', 'solved', 'failed'))"
    )
