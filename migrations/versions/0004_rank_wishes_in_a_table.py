"""Rank wishes in a table of their own, with foreign keys to both sides."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# Whom a row wishes for may be gone: the join leaves such wishes out.
COPY = """
INSERT INTO wishes (id, enrolment_id, mentor_id, wish_of, rank)
SELECT gen_random_uuid(), {enrolment_id}, {mentor_id}, '{wish_of}', wish.rank - 1
FROM {table} AS own
CROSS JOIN LATERAL unnest(own.wishes) WITH ORDINALITY AS wish (id, rank)
JOIN {others} AS other ON other.id = wish.id AND other.cohort_id = own.cohort_id
ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "wishes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column(
            "wish_of",
            sa.Enum(
                "researcher",
                "mentor",
                name="wishof",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.CheckConstraint("rank >= 0", name=op.f("ck_wishes_rank")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_wishes_enrolment_id_enrolments")
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["mentors.id"], name=op.f("fk_wishes_mentor_id_mentors")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wishes")),
        sa.UniqueConstraint(
            "enrolment_id",
            "wish_of",
            "mentor_id",
            name=op.f("uq_wishes_enrolment_id_wish_of_mentor_id"),
        ),
    )
    op.create_index("ix_wishes_mentor_id_wish_of", "wishes", ["mentor_id", "wish_of"])
    op.execute(
        COPY.format(
            table="enrolments",
            others="mentors",
            enrolment_id="own.id",
            mentor_id="other.id",
            wish_of="researcher",
        )
    )
    op.execute(
        COPY.format(
            table="mentors",
            others="enrolments",
            enrolment_id="other.id",
            mentor_id="own.id",
            wish_of="mentor",
        )
    )
    for table in ("enrolments", "mentors"):
        op.execute(f"-- squawk-ignore ban-drop-column\nALTER TABLE {table} DROP COLUMN wishes")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    for table, own, other in (
        ("enrolments", "enrolment_id", "mentor_id"),
        ("mentors", "mentor_id", "enrolment_id"),
    ):
        wish_of = "researcher" if table == "enrolments" else "mentor"
        op.execute(f"ALTER TABLE {table} ADD COLUMN wishes uuid[] NOT NULL DEFAULT '{{}}'")
        op.execute(
            f"UPDATE {table} SET wishes = ranked.ids FROM ("  # noqa: S608
            f"SELECT {own} AS id, array_agg({other} ORDER BY rank) AS ids FROM wishes"
            f" WHERE wish_of = '{wish_of}' GROUP BY {own}) AS ranked"
            f" WHERE ranked.id = {table}.id"
        )
        op.execute(f"ALTER TABLE {table} ALTER COLUMN wishes DROP DEFAULT")
    op.drop_table("wishes")
