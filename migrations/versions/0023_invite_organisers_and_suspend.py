"""Invite organisers instead of looking them up; let admins suspend an account."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.add_column("people", sa.Column("suspended_at", MOMENT, nullable=True))
    op.create_table(
        "organiser_invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("invited_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name="fk_organiser_invitations_cohort_id_cohorts"
        ),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["people.id"], name="fk_organiser_invitations_invited_by_people"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_organiser_invitations"),
        sa.UniqueConstraint("cohort_id", "email", name="uq_organiser_invitations_cohort_id_email"),
        sa.UniqueConstraint("token_hash", name="uq_organiser_invitations_token_hash"),
    )
    op.create_index("ix_organiser_invitations_invited_by", "organiser_invitations", ["invited_by"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("organiser_invitations")
    op.drop_column("people", "suspended_at")
