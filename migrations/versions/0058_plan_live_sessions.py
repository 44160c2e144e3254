"""Live sessions of a cohort, and who comes to them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0058"
down_revision: str | None = "0057"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("repeats", sa.Text(), nullable=False),
        sa.Column("slot_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("recording_link", sa.Text(), nullable=False),
        sa.Column("notes_link", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("remind_at", MOMENT, nullable=True),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("planned_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('planned', 'cancelled')", name="ck_sessions_sessionstate"),
        sa.CheckConstraint("minutes BETWEEN 15 AND 480", name="ck_sessions_minutes"),
        sa.CheckConstraint("capacity BETWEEN 0 AND 10000", name="ck_sessions_capacity"),
        sa.CheckConstraint(
            "taken >= 0 AND (capacity = 0 OR taken <= capacity)", name="ck_sessions_taken"
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name="fk_sessions_cohort_id_cohorts"
        ),
        sa.ForeignKeyConstraint(
            ["planned_by"], ["people.id"], name="fk_sessions_planned_by_people"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("series_id", "slot_at", name="uq_sessions_series_id_slot_at"),
    )
    op.create_index("ix_sessions_planned_by", "sessions", ["planned_by"])
    op.create_index(
        "ix_sessions_cohort_id_starts_at_id", "sessions", ["cohort_id", "starts_at", "id"]
    )
    op.create_index(
        "ix_sessions_remind_at",
        "sessions",
        ["remind_at"],
        postgresql_where=sa.text("remind_at IS NOT NULL AND reminded_at IS NULL"),
    )
    op.create_table(
        "session_places",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("attended_at", MOMENT, nullable=True),
        sa.Column("attended_by", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "state IN ('coming', 'waiting', 'left', 'walked_in')",
            name="ck_session_places_placestate",
        ),
        sa.CheckConstraint(
            "attended_by IN ('code', 'link', 'list')", name="ck_session_places_attendedby"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_session_places_session_id_sessions"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_session_places_person_id_people"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_session_places"),
        sa.UniqueConstraint(
            "session_id", "person_id", name="uq_session_places_session_id_person_id"
        ),
    )
    op.create_index("ix_session_places_person_id", "session_places", ["person_id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("session_places")
    op.drop_table("sessions")
