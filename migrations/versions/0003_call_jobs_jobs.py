"""Call the rows of the outbox jobs, and their end a success.

Processes of the version before do not know the new names: stop them first. Renames keep every row
and take no time; only rows of the last thirty days are written anew.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INDEXES = {
    "pk_outbox": "pk_jobs",
    "uq_outbox_once": "uq_jobs_once",
    "ix_outbox_due": "ix_jobs_due",
    "ix_outbox_dead": "ix_jobs_dead",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.execute("-- squawk-ignore renaming-table\nALTER TABLE outbox RENAME TO jobs")
    op.execute("-- squawk-ignore renaming-column\nALTER TABLE jobs RENAME COLUMN job TO name")
    op.execute(
        "-- squawk-ignore renaming-column\n"
        "ALTER TABLE jobs RENAME COLUMN promised_at TO enqueued_at"
    )
    for old, new in INDEXES.items():
        op.execute(f"-- squawk-ignore renaming-object\nALTER INDEX {old} RENAME TO {new}")
    op.execute(
        "-- squawk-ignore ban-drop-constraint\n"
        "ALTER TABLE jobs DROP CONSTRAINT ck_outbox_promisestate"
    )
    op.execute("UPDATE jobs SET state = 'succeeded' WHERE state = 'kept'")
    # The renames hold the table's lock to the end anyway: to validate later would gain nothing.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "ALTER TABLE jobs ADD CONSTRAINT ck_jobs_jobstate"
        " CHECK (state IN ('pending', 'succeeded', 'dead'))"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.execute("ALTER TABLE jobs DROP CONSTRAINT ck_jobs_jobstate")
    op.execute("UPDATE jobs SET state = 'kept' WHERE state = 'succeeded'")
    op.execute(
        "ALTER TABLE jobs ADD CONSTRAINT ck_outbox_promisestate"
        " CHECK (state IN ('pending', 'kept', 'dead'))"
    )
    for old, new in INDEXES.items():
        op.execute(f"ALTER INDEX {new} RENAME TO {old}")
    op.execute("ALTER TABLE jobs RENAME COLUMN enqueued_at TO promised_at")
    op.execute("ALTER TABLE jobs RENAME COLUMN name TO job")
    op.execute("ALTER TABLE jobs RENAME TO outbox")
