"""What the two of a mentorship are asked now and then, and the rhythm of it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0033"
down_revision: str | None = "0032"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
SETTINGS = (
    ("check_in_after_days", "14", 3, 90),
    ("check_in_every_days", "30", 7, 180),
    ("quiet_after_days", "28", 7, 180),
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    for name, at_first, least, most in SETTINGS:
        op.add_column(
            "cohorts", sa.Column(name, sa.Integer(), server_default=at_first, nullable=False)
        )
        # The rows of a few cohorts are read in no time.
        op.execute(
            "-- squawk-ignore constraint-missing-not-valid\n"
            f"ALTER TABLE cohorts ADD CONSTRAINT ck_cohorts_{name}"
            f" CHECK ({name} BETWEEN {least} AND {most})"
        )
    op.create_table(
        "check_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mentorship_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("met", sa.Boolean(), nullable=True),
        sa.Column("going", sa.String(length=32), nullable=True),
        sa.Column("needs_help", sa.Boolean(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_check_ins"),
        sa.ForeignKeyConstraint(
            ["mentorship_id"], ["mentorships.id"], name="fk_check_ins_mentorship_id_mentorships"
        ),
        sa.UniqueConstraint(
            "mentorship_id", "side", "due_on", name="uq_check_ins_mentorship_id_side_due_on"
        ),
        sa.CheckConstraint("side IN ('researcher', 'mentor')", name="ck_check_ins_side"),
        sa.CheckConstraint("going IN ('well', 'so_so', 'badly')", name="ck_check_ins_going"),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (met IS NULL)"
            " AND (answered_at IS NULL) = (going IS NULL)"
            " AND (answered_at IS NULL) = (needs_help IS NULL)",
            name="ck_check_ins_answer",
        ),
    )
    op.create_index(
        "uq_check_ins_open",
        "check_ins",
        ["mentorship_id", "side"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_check_ins_asked_at_id", "check_ins", ["asked_at", "id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("check_ins")
    for name, *_ in SETTINGS:
        op.drop_column("cohorts", name)
