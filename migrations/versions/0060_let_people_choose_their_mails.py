"""Which mails people get, and when; what waits for a digest; the links that end a kind."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0060"
down_revision: str | None = "0059"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
WHEN = "('at_once', 'daily', 'weekly', 'off')"


def of_a_person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["person_id"], ["people.id"], name=f"fk_{table}_person_id_people", ondelete="CASCADE"
    )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "mail_settings",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_to", sa.Time(), nullable=True),
        sa.Column("digest_hour", sa.Integer(), nullable=False),
        sa.Column("digest_day", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.CheckConstraint("digest_hour BETWEEN 0 AND 23", name="ck_mail_settings_digest_hour"),
        sa.CheckConstraint("digest_day BETWEEN 0 AND 6", name="ck_mail_settings_digest_day"),
        sa.CheckConstraint(
            "(quiet_from IS NULL) = (quiet_to IS NULL)", name="ck_mail_settings_quiet_hours"
        ),
        of_a_person("mail_settings"),
        sa.PrimaryKeyConstraint("person_id", name="pk_mail_settings"),
    )
    op.create_table(
        "mail_choices",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("comes", sa.String(length=32), nullable=False),
        sa.CheckConstraint(f"comes IN {WHEN}", name="ck_mail_choices_mailwhen"),
        of_a_person("mail_choices"),
        sa.PrimaryKeyConstraint("person_id", "kind", name="pk_mail_choices"),
    )
    op.create_table(
        "unsubscribe_links",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        of_a_person("unsubscribe_links"),
        sa.PrimaryKeyConstraint("token", name="pk_unsubscribe_links"),
        sa.UniqueConstraint("person_id", "kind", name="uq_unsubscribe_links_person_id_kind"),
    )
    op.create_table(
        "waiting_mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("comes", sa.String(length=32), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("arguments", JSONB(), nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("digest_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(f"comes IN {WHEN}", name="ck_waiting_mails_waitingwhen"),
        of_a_person("waiting_mails"),
        sa.PrimaryKeyConstraint("id", name="pk_waiting_mails"),
        sa.UniqueConstraint("job_id", name="uq_waiting_mails_job_id"),
    )
    op.create_index(
        "ix_waiting_mails_due_at",
        "waiting_mails",
        ["due_at"],
        postgresql_where=sa.text("digest_id IS NULL"),
    )
    op.create_index("ix_waiting_mails_digest_id", "waiting_mails", ["digest_id"])
    op.create_index("ix_waiting_mails_person_id_kind", "waiting_mails", ["person_id", "kind"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("waiting_mails")
    op.drop_table("unsubscribe_links")
    op.drop_table("mail_choices")
    op.drop_table("mail_settings")
