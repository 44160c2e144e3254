"""Files that belong to evidence."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0067"
down_revision: str | None = "0066"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "evidence_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_item_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('pdf', 'png', 'jpeg', 'text', 'notebook', 'zip')",
            name="ck_evidence_files_filekind",
        ),
        sa.ForeignKeyConstraint(
            ["plan_item_id"], ["plan_items.id"], name="fk_evidence_files_plan_item_id_plan_items"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_files"),
        sa.UniqueConstraint("key", name="uq_evidence_files_key"),
        sa.UniqueConstraint(
            "plan_item_id", "sha256", "name", name="uq_evidence_files_plan_item_id_sha256_name"
        ),
    )
    op.create_table(
        "submission_files",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name="fk_submission_files_submission_id_submissions",
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["evidence_files.id"], name="fk_submission_files_file_id_evidence_files"
        ),
        sa.PrimaryKeyConstraint("submission_id", "file_id", name="pk_submission_files"),
    )
    op.create_index("ix_submission_files_file_id", "submission_files", ["file_id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("submission_files")
    op.drop_table("evidence_files")
