"""Let mentors leave a cohort."""

from collections.abc import Sequence

from alembic import op

revision: str = "0046"
down_revision: str | None = "0045"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    _allow("'pending', 'approved', 'declined', 'left'")


def downgrade() -> None:
    op.execute("UPDATE mentors SET state = 'declined' WHERE state = 'left'")
    _allow("'pending', 'approved', 'declined'")


def _allow(states: str) -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.execute(
        "-- squawk-ignore ban-drop-constraint\n"
        "ALTER TABLE mentors DROP CONSTRAINT ck_mentors_mentorstate"
    )
    # A table of mentors is read in no time.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "ALTER TABLE mentors ADD CONSTRAINT ck_mentors_mentorstate"
        f" CHECK (state IN ({states}))"
    )
