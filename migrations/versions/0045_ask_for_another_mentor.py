"""Who asks for another mentor, and whom a run found for them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0045"
down_revision: str | None = "0044"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
LINKS = (
    ("run_id", "runs", False),
    ("mentorship_id", "mentorships", False),
    ("enrolment_id", "enrolments", False),
    ("mentor_id", "mentors", False),
    ("proposal_id", "proposals", True),
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.add_column(
        "proposals", sa.Column("moves", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_table(
        "rematch_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mentorship_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_rematch_requests"),
        sa.ForeignKeyConstraint(
            ["mentorship_id"],
            ["mentorships.id"],
            name="fk_rematch_requests_mentorship_id_mentorships",
        ),
        sa.CheckConstraint("side IN ('researcher', 'mentor')", name="ck_rematch_requests_side"),
        sa.CheckConstraint("length(reason) > 0", name="ck_rematch_requests_reason"),
    )
    op.create_index(
        "uq_rematch_requests_standing",
        "rematch_requests",
        ["mentorship_id", "side"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_index("ix_rematch_requests_asked_at_id", "rematch_requests", ["asked_at", "id"])
    op.create_table(
        "moves",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=empty) for name, _, empty in LINKS),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("gain", sa.Float(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("fit", sa.Text(), nullable=False),
        sa.Column("factors", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("skipped", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_moves"),
        sa.UniqueConstraint("run_id", "enrolment_id", name="uq_moves_run_id_enrolment_id"),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_moves_{name}_{table}")
            for name, table, _ in LINKS
        ),
    )
    for name, _, _ in LINKS[1:]:
        op.create_index(f"ix_moves_{name}", "moves", [name])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("moves")
    op.drop_table("rematch_requests")
    op.drop_column("proposals", "moves")
