"""Goals, points and notes of the two of a mentorship."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0044"
down_revision: str | None = "0043"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "agenda_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mentorship_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agenda_entries"),
        sa.ForeignKeyConstraint(
            ["mentorship_id"],
            ["mentorships.id"],
            name="fk_agenda_entries_mentorship_id_mentorships",
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["people.id"], name="fk_agenda_entries_written_by_people"
        ),
        sa.CheckConstraint("kind IN ('goal', 'point', 'note')", name="ck_agenda_entries_entrykind"),
    )
    op.create_index("ix_agenda_entries_written_by", "agenda_entries", ["written_by"])
    op.create_index(
        "ix_agenda_entries_mentorship_id_created_at_id",
        "agenda_entries",
        ["mentorship_id", "created_at", "id"],
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("agenda_entries")
