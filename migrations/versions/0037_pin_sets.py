"""Pins made together on one run, and what a decision cost when it was made."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0037"
down_revision: str | None = "0036"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "pin_sets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("asked", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cost", sa.Double(), nullable=True),
        sa.Column("fewer_placed", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('lock', 'swap', 'repair')", name="ck_pin_sets_pinsetkind"),
        sa.CheckConstraint("length(reason) > 0", name="ck_pin_sets_reason"),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name="fk_pin_sets_cohort_id_cohorts"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_pin_sets_run_id_runs"),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name="fk_pin_sets_made_by_people"),
        sa.PrimaryKeyConstraint("id", name="pk_pin_sets"),
        sa.UniqueConstraint("run_id", name="uq_pin_sets_run_id"),
    )
    op.create_index("ix_pin_sets_cohort_id_made_at_id", "pin_sets", ["cohort_id", "made_at", "id"])
    op.create_index("ix_pin_sets_made_by", "pin_sets", ["made_by"])
    op.add_column("overrides", sa.Column("pin_set_id", sa.Uuid(), nullable=True))
    op.add_column("overrides", sa.Column("cost", sa.Double(), nullable=True))
    # A table of decisions is small: checked in no time.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "ALTER TABLE overrides ADD CONSTRAINT fk_overrides_pin_set_id_pin_sets"
        " FOREIGN KEY (pin_set_id) REFERENCES pin_sets (id)"
    )
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "CREATE INDEX ix_overrides_pin_set_id ON overrides (pin_set_id)"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_index("ix_overrides_pin_set_id", table_name="overrides")
    op.drop_constraint("fk_overrides_pin_set_id_pin_sets", "overrides", type_="foreignkey")
    op.drop_column("overrides", "cost")
    op.drop_column("overrides", "pin_set_id")
    op.drop_table("pin_sets")
