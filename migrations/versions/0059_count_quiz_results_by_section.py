"""How each try went in each section of the exam, counted when it is handed in."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0059"
down_revision: str | None = "0058"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "quiz_section_results",
        sa.Column("try_id", sa.Uuid(), nullable=False),
        sa.Column("exam_section", sa.Text(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("try_id", "exam_section", name="pk_quiz_section_results"),
        sa.ForeignKeyConstraint(
            ["try_id"], ["quiz_tries.id"], name="fk_quiz_section_results_try_id_quiz_tries"
        ),
    )
    op.execute(
        'INSERT INTO quiz_section_results (try_id, exam_section, answered, "right") '
        "SELECT a.try_id, q.exam_section, count(*), count(*) FILTER (WHERE a.mark = 1) "
        "FROM quiz_answers a JOIN quiz_questions q ON q.id = a.question_id "
        "WHERE a.is_first GROUP BY a.try_id, q.exam_section"
    )


def downgrade() -> None:
    op.drop_table("quiz_section_results")
