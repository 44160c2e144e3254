"""Keep nothing of an account before its address is proved; end keys; know where logins are.

Links that were mailed before stop working: ask for a new one.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    # A password that was typed before the address was proved may be a stranger's.
    op.execute("UPDATE people SET password_hash = NULL WHERE verified_at IS NULL")
    _know_links_by_address()
    _know_where_logins_are()
    # Keys without an end get one; whoever uses them has a year to make others.
    op.execute(
        "UPDATE api_keys SET expires_at = now() + interval '1 year' WHERE expires_at IS NULL"
    )
    op.execute(
        "-- squawk-ignore adding-not-nullable-field\n"
        "ALTER TABLE api_keys ALTER COLUMN expires_at SET NOT NULL"
    )
    op.create_table(
        "known_devices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_known_devices_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_devices")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_known_devices_token_hash")),
    )
    op.create_index("ix_known_devices_person_id", "known_devices", ["person_id"])
    op.create_index("ix_known_devices_seen_at", "known_devices", ["seen_at"])


def _know_links_by_address() -> None:
    op.execute("-- squawk-ignore ban-drop-table\nDROP TABLE mailed_links")
    op.create_table(
        "mailed_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "join",
                "password",
                name="linkpurpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailed_links")),
        sa.UniqueConstraint("email", "purpose", name=op.f("uq_mailed_links_email_purpose")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mailed_links_token_hash")),
    )


def _know_where_logins_are() -> None:
    """A login that stands counts as confirmed when it began. The table is small: rows that were
    ended are gone."""
    for name, kind, value in (
        ("confirmed_at", sa.DateTime(timezone=True), "began_at"),
        ("used_at", sa.DateTime(timezone=True), "began_at"),
        ("device", sa.Text(), "''"),
    ):
        op.add_column("logins", sa.Column(name, kind, nullable=True))
        op.execute(f"UPDATE logins SET {name} = {value}")  # noqa: S608
        op.execute(
            "-- squawk-ignore adding-not-nullable-field\n"
            f"ALTER TABLE logins ALTER COLUMN {name} SET NOT NULL"
        )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("known_devices")
    op.alter_column("api_keys", "expires_at", nullable=True)
    for name in ("device", "used_at", "confirmed_at"):
        op.drop_column("logins", name)
    op.drop_table("mailed_links")
    op.create_table(
        "mailed_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "verify",
                "password",
                name="linkpurpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_mailed_links_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailed_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mailed_links_token_hash")),
    )
    op.create_index("ix_mailed_links_person_id", "mailed_links", ["person_id"])
