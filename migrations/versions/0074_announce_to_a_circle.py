"""An announcement may be for the people of one study circle."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0074"
down_revision: str | None = "0073"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

NAMED = "ck_announcements_audience"
DOUBLED = "ck_announcements_ck_announcements_audience"
"""As revision 0061 named it: by the convention, before a name that had it already."""
BEFORE = (
    "'everyone', 'researchers', 'mentors', 'at_risk', 'behind', 'without_mentor', 'paused', 'done'"
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.add_column("announcements", sa.Column("circle_id", sa.Uuid(), nullable=True))
    # A cohort has some dozens of announcements: they are read in no time.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid, adding-foreign-key-constraint\n"
        "ALTER TABLE announcements ADD CONSTRAINT fk_announcements_circle_id_circles"
        " FOREIGN KEY (circle_id) REFERENCES circles (id)"
    )
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "CREATE INDEX ix_announcements_circle_id ON announcements (circle_id)"
    )
    _audiences(f"{BEFORE}, 'circle'", dropped=DOUBLED, added=NAMED)


def _audiences(words: str, *, dropped: str, added: str) -> None:
    op.execute(
        f"-- squawk-ignore ban-drop-constraint\nALTER TABLE announcements DROP CONSTRAINT {dropped}"
    )
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        f"ALTER TABLE announcements ADD CONSTRAINT {added} CHECK (audience IN ({words}))"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    # The version before knows of no circles here: these were for researchers.
    op.execute("UPDATE announcements SET audience = 'researchers' WHERE audience = 'circle'")
    _audiences(BEFORE, dropped=NAMED, added=DOUBLED)
    op.drop_column("announcements", "circle_id")
