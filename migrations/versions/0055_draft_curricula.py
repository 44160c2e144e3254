"""Guides in versions, milestones of kinds, and drafts of both."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0055"
down_revision: str | None = "0054"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
WORDS = postgresql.ARRAY(sa.Text())
KINDS = (
    "'reading', 'exercise', 'artefact', 'quiz', 'mock_exam', 'exam_booking', 'exam_result',"
    " 'career_step', 'mentor_meeting'"
)
# Guides and milestones are some hundred rows, which are read in no time.
SMALL = (
    "ALTER TABLE guides ADD CONSTRAINT ck_guides_version CHECK (version >= 1)",
    (
        "ALTER TABLE guides ADD CONSTRAINT fk_guides_first_id_guides"
        " FOREIGN KEY (first_id) REFERENCES guides (id)"
    ),
    (
        "ALTER TABLE guides ADD CONSTRAINT fk_guides_owner_id_people"
        " FOREIGN KEY (owner_id) REFERENCES people (id)"
    ),
    f"ALTER TABLE milestones ADD CONSTRAINT ck_milestones_milestonekind CHECK (kind IN ({KINDS}))",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    for column in (
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("exam", postgresql.JSONB(), nullable=True),
    ):
        op.add_column("guides", column)
    for column in (
        sa.Column("kind", sa.String(length=32), server_default="artefact", nullable=False),
        sa.Column("is_optional", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("instead_of", WORDS, server_default="{}", nullable=False),
        sa.Column("exam_sections", WORDS, server_default="{}", nullable=False),
        sa.Column("rubric", postgresql.JSONB(), server_default="[]", nullable=False),
    ):
        op.add_column("milestones", column)
    for change in SMALL:
        op.execute(f"-- squawk-ignore constraint-missing-not-valid\n{change}")
    for index in (
        "UNIQUE INDEX uq_guides_first_id_version ON guides (first_id, version)",
        "INDEX ix_guides_owner_id ON guides (owner_id)",
    ):
        op.execute(f"-- squawk-ignore require-concurrent-index-creation\nCREATE {index}")
    op.create_table(
        "curriculum_drafts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("base_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("notes", WORDS, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_curriculum_drafts"),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people.id"], name="fk_curriculum_drafts_author_id_people"
        ),
        sa.ForeignKeyConstraint(
            ["base_id"], ["guides.id"], name="fk_curriculum_drafts_base_id_guides"
        ),
    )
    op.create_index("ix_curriculum_drafts_base_id", "curriculum_drafts", ["base_id"])
    op.create_index(
        "ix_curriculum_drafts_author_id_changed_at_id",
        "curriculum_drafts",
        ["author_id", "changed_at", "id"],
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("curriculum_drafts")
    for column in ("rubric", "exam_sections", "instead_of", "is_optional", "kind"):
        op.drop_column("milestones", column)
    for column in ("exam", "owner_id", "first_id", "version"):
        op.drop_column("guides", column)
