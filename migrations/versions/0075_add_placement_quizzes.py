"""Placement quizzes, and how many minutes an exam has, so that a file of quizzes goes out whole."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0075"
down_revision: str | None = "0074"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

NAME, DOUBLED = "ck_quizzes_quizkind", "ck_quizzes_ck_quizzes_quizkind"
"""Migration 0051 wrote the whole name, and the convention put its beginning before it once more."""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    _allow(DOUBLED, NAME, "'practice', 'mock_exam', 'placement'")
    op.add_column(
        "quiz_exams", sa.Column("minutes", sa.Integer(), server_default="120", nullable=False)
    )
    op.execute(
        "UPDATE quiz_exams SET minutes = quizzes.minutes FROM quizzes"
        " WHERE quizzes.guide_id = quiz_exams.guide_id AND quizzes.minutes IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_column("quiz_exams", "minutes")
    # What was answered in them goes on counting.
    op.execute("UPDATE quizzes SET kind = 'practice' WHERE kind = 'placement'")
    _allow(NAME, DOUBLED, "'practice', 'mock_exam'")


def _allow(dropped: str, added: str, kinds: str) -> None:
    """There are few quizzes: they are read in no time."""
    op.execute(
        f"-- squawk-ignore ban-drop-constraint\nALTER TABLE quizzes DROP CONSTRAINT {dropped}"
    )
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        f"ALTER TABLE quizzes ADD CONSTRAINT {added} CHECK (kind IN ({kinds}))"
    )
