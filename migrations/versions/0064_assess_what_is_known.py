"""What researchers know already, by their own word."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0064"
down_revision: str | None = "0063"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    words = postgresql.ARRAY(sa.Text())
    op.create_table(
        "assessment_statements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("guide_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("milestones", words, nullable=False),
        sa.Column("skippable", words, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "side IN ('research', 'production')",
            name="ck_assessment_statements_statementside",
        ),
        sa.ForeignKeyConstraint(
            ["guide_id"], ["guides.id"], name=op.f("fk_assessment_statements_guide_id_guides")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_statements")),
        sa.UniqueConstraint(
            "guide_id", "slug", name=op.f("uq_assessment_statements_guide_id_slug")
        ),
    )
    op.create_table(
        "assessment_roles",
        sa.Column("guide_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("skills", words, nullable=False),
        sa.ForeignKeyConstraint(
            ["guide_id"], ["guides.id"], name=op.f("fk_assessment_roles_guide_id_guides")
        ),
        sa.PrimaryKeyConstraint("guide_id", "role", name=op.f("pk_assessment_roles")),
    )
    op.create_table(
        "assessment_answers",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "level IN ('new', 'seen', 'done', 'routine')",
            name="ck_assessment_answers_knownlevel",
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
            name=op.f("fk_assessment_answers_enrolment_id_enrolments"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["assessment_statements.id"],
            name=op.f("fk_assessment_answers_statement_id_assessment_statements"),
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "statement_id", name=op.f("pk_assessment_answers")),
    )
    op.create_index(
        op.f("ix_assessment_answers_statement_id"), "assessment_answers", ["statement_id"]
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("assessment_answers")
    op.drop_table("assessment_roles")
    op.drop_table("assessment_statements")
