"""Offer the next best mentor after a proposal that came to nothing."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.add_column(
        "cohorts",
        sa.Column("next_best", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    op.create_table(
        "next_offers",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("after_id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("proposal_id", name="pk_next_offers"),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name="fk_next_offers_proposal_id_proposals"
        ),
        sa.ForeignKeyConstraint(
            ["after_id"], ["proposals.id"], name="fk_next_offers_after_id_proposals"
        ),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name="fk_next_offers_round_id_rounds"),
        sa.UniqueConstraint("after_id", name="uq_next_offers_after_id"),
    )
    op.create_index("ix_next_offers_round_id", "next_offers", ["round_id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("next_offers")
    op.drop_column("cohorts", "next_best")
