"""Questions, quizzes and mock exams of a guide, and what somebody answered."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0051"
down_revision: str | None = "0050"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "quiz_exams",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("guide_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("pass_mark", sa.Float(), nullable=False),
        sa.Column("sections", JSONB(), nullable=False),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quiz_exams"),
        sa.ForeignKeyConstraint(["guide_id"], ["guides.id"], name="fk_quiz_exams_guide_id_guides"),
        sa.UniqueConstraint("guide_id", name="uq_quiz_exams_guide_id"),
    )
    _create_questions()
    op.create_table(
        "quizzes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("guide_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("question_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_quizzes"),
        sa.ForeignKeyConstraint(["guide_id"], ["guides.id"], name="fk_quizzes_guide_id_guides"),
        sa.UniqueConstraint("guide_id", "slug", name="uq_quizzes_guide_id_slug"),
        sa.CheckConstraint("minutes > 0", name="ck_quizzes_minutes"),
        sa.CheckConstraint("kind IN ('practice', 'mock_exam')", name="ck_quizzes_quizkind"),
    )
    _create_tries()


def _create_questions() -> None:
    op.create_table(
        "quiz_questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("guide_id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("exam_section", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("choices", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("lefts", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("right", JSONB(), nullable=False),
        sa.Column("number", sa.Float(), nullable=True),
        sa.Column("tolerance", sa.Float(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_quiz_questions"),
        sa.ForeignKeyConstraint(
            ["guide_id"], ["guides.id"], name="fk_quiz_questions_guide_id_guides"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["sections.id"], name="fk_quiz_questions_section_id_sections"
        ),
        sa.UniqueConstraint(
            "guide_id", "slug", "version", name="uq_quiz_questions_guide_id_slug_version"
        ),
        sa.CheckConstraint(
            "kind IN ('single', 'multiple', 'number', 'match')", name="ck_quiz_questions_answerkind"
        ),
    )
    op.create_index("ix_quiz_questions_section_id", "quiz_questions", ["section_id"])
    op.create_index(
        "ix_quiz_questions_guide_id_position", "quiz_questions", ["guide_id", "position"]
    )


def _create_tries() -> None:
    op.create_table(
        "quiz_tries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("quiz_id", sa.Uuid(), nullable=False),
        sa.Column("question_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("handed_in_at", MOMENT, nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("right", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_quiz_tries"),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name="fk_quiz_tries_enrolment_id_enrolments"
        ),
        sa.ForeignKeyConstraint(["quiz_id"], ["quizzes.id"], name="fk_quiz_tries_quiz_id_quizzes"),
    )
    op.create_index(
        "uq_quiz_tries_open",
        "quiz_tries",
        ["enrolment_id", "quiz_id"],
        unique=True,
        postgresql_where=sa.text("handed_in_at IS NULL"),
    )
    op.create_index("ix_quiz_tries_quiz_id", "quiz_tries", ["quiz_id"])
    op.create_index(
        "ix_quiz_tries_enrolment_id_began_at_id", "quiz_tries", ["enrolment_id", "began_at", "id"]
    )
    op.create_table(
        "quiz_answers",
        sa.Column("try_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("given", JSONB(), nullable=True),
        sa.Column("mark", sa.Float(), nullable=True),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("try_id", "question_id", name="pk_quiz_answers"),
        sa.ForeignKeyConstraint(
            ["try_id"], ["quiz_tries.id"], name="fk_quiz_answers_try_id_quiz_tries"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["quiz_questions.id"],
            name="fk_quiz_answers_question_id_quiz_questions",
        ),
    )
    op.create_index("ix_quiz_answers_question_id", "quiz_answers", ["question_id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    for table in ("quiz_answers", "quiz_tries", "quizzes", "quiz_questions", "quiz_exams"):
        op.drop_table(table)
