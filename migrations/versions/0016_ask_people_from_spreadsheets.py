"""Let people who came from a spreadsheet stay placeholders until they confirm."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

PLACEHOLDER = (
    "NOT is_placeholder OR (verified_at IS NULL AND password_hash IS NULL AND NOT is_admin)"
)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.add_column(
        "people",
        sa.Column("is_placeholder", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    # Nobody is a placeholder yet, so that both hold for every row; the table is read once.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        f"ALTER TABLE people ADD CONSTRAINT ck_people_placeholder CHECK ({PLACEHOLDER})"
    )
    op.execute(
        "-- squawk-ignore ban-drop-constraint\nALTER TABLE people DROP CONSTRAINT uq_people_email"
    )
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "CREATE UNIQUE INDEX uq_people_email ON people (email) WHERE NOT is_placeholder"
    )
    op.execute(
        "-- squawk-ignore ban-drop-not-null\n"
        "ALTER TABLE mentors ALTER COLUMN consented_at DROP NOT NULL"
    )
    op.create_table(
        "imported_people",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("imported_by", sa.Uuid(), nullable=False),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_imported_people"),
        sa.UniqueConstraint("token_hash", name="uq_imported_people_token_hash"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_imported_people_person_id_people"
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name="fk_imported_people_cohort_id_cohorts"
        ),
        sa.ForeignKeyConstraint(
            ["imported_by"], ["people.id"], name="fk_imported_people_imported_by_people"
        ),
    )
    op.create_index("ix_imported_people_cohort_id", "imported_people", ["cohort_id"])
    op.create_index("ix_imported_people_imported_by", "imported_people", ["imported_by"])
    op.create_table(
        "declined_imports",
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("email_hash", sa.LargeBinary(), nullable=False),
        sa.Column("declined_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("cohort_id", "email_hash", name="pk_declined_imports"),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name="fk_declined_imports_cohort_id_cohorts"
        ),
    )


def downgrade() -> None:
    """Refused while there are placeholders: accounts have unique addresses."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("declined_imports")
    op.drop_table("imported_people")
    op.execute("ALTER TABLE mentors ALTER COLUMN consented_at SET NOT NULL")
    op.drop_index("uq_people_email", "people")
    op.create_unique_constraint("uq_people_email", "people", ["email"])
    op.drop_column("people", "is_placeholder")
