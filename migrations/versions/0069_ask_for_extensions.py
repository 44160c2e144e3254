"""New dates for items of plans: asked for, granted or declined."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0069"
down_revision: str | None = "0068"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "extensions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_item_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("due_before", MOMENT, nullable=False),
        sa.Column("due_after", MOMENT, nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'granted', 'declined', 'withdrawn')",
            name="ck_extensions_extensionstate",
        ),
        sa.ForeignKeyConstraint(
            ["plan_item_id"], ["plan_items.id"], name="fk_extensions_plan_item_id_plan_items"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["people.id"], name="fk_extensions_decided_by_people"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_extensions"),
    )
    op.create_index(
        "uq_extensions_asked",
        "extensions",
        ["plan_item_id"],
        unique=True,
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_index("ix_extensions_plan_item_id", "extensions", ["plan_item_id"])
    op.create_index("ix_extensions_decided_by", "extensions", ["decided_by"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("extensions")
