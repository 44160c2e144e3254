"""Let a mentorship pause, and go on by itself."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0039"
down_revision: str | None = "0038"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.add_column("mentorships", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("mentorships", sa.Column("resumes_on", sa.Date(), nullable=True))
    op.create_index(
        "ix_mentorships_resumes_on",
        "mentorships",
        ["resumes_on"],
        postgresql_where=sa.text("resumes_on IS NOT NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_column("mentorships", "resumes_on")
    op.drop_column("mentorships", "paused_at")
