"""Meetings of the two of a mentorship."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
COMES = sa.text("state IN ('proposed', 'agreed')")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "meetings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mentorship_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_meetings"),
        sa.ForeignKeyConstraint(
            ["mentorship_id"], ["mentorships.id"], name="fk_meetings_mentorship_id_mentorships"
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["people.id"], name="fk_meetings_proposed_by_people"
        ),
        sa.CheckConstraint("minutes BETWEEN 15 AND 240", name="ck_meetings_minutes"),
        sa.CheckConstraint(
            "state IN ('proposed', 'agreed', 'cancelled', 'held', 'missed')",
            name="ck_meetings_meetingstate",
        ),
    )
    op.create_index("ix_meetings_proposed_by", "meetings", ["proposed_by"])
    op.create_index(
        "ix_meetings_mentorship_id_starts_at_id",
        "meetings",
        ["mentorship_id", "starts_at", "id"],
    )
    op.create_index(
        "uq_meetings_mentorship_id_starts_at",
        "meetings",
        ["mentorship_id", "starts_at"],
        unique=True,
        postgresql_where=COMES,
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("meetings")
