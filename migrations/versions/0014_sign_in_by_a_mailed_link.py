"""Let a mailed link sign in."""

from collections.abc import Sequence

from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    _allow("join", "password", "sign_in")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.execute("DELETE FROM mailed_links WHERE purpose = 'sign_in'")
    _allow("join", "password")


def _allow(*purposes: str) -> None:
    """The table is small: links that are spent or too old are gone."""
    op.execute(
        "-- squawk-ignore ban-drop-constraint\n"
        "ALTER TABLE mailed_links DROP CONSTRAINT ck_mailed_links_linkpurpose"
    )
    words = ", ".join(f"'{one}'" for one in purposes)
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "ALTER TABLE mailed_links ADD CONSTRAINT ck_mailed_links_linkpurpose"
        f" CHECK (purpose IN ({words}))"
    )
