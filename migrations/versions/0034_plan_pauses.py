"""Let mentors say from which day to which they pause."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    for name in ("pause_from", "back_on"):
        op.add_column("mentors", sa.Column(name, sa.Date(), nullable=True))
        op.create_index(
            f"ix_mentors_{name}",
            "mentors",
            [name],
            postgresql_where=sa.text(f"{name} IS NOT NULL"),
        )
    # No row has either day yet, and a table of mentors is read in no time.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "ALTER TABLE mentors ADD CONSTRAINT ck_mentors_pause CHECK (pause_from < back_on)"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_column("mentors", "back_on")
    op.drop_column("mentors", "pause_from")
