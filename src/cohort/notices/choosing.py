"""What somebody chose for a kind of mail, and what that means now."""

from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import Text, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import Prepared, given
from cohort.notices.kinds import DIGEST, KINDS, MailKind, MailWhen
from cohort.notices.models import MailChoice, MailSettings
from cohort.notices.moments import next_digest, quiet_until
from cohort.people.models import Person

DIGEST_HOUR, DIGEST_DAY, ZONE = 8, 0, "UTC"
"""For whoever has said nothing of it."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever a mail is for, where she has an account."""

    person_id: UUID
    comes: MailWhen
    time_zone: str = ZONE
    quiet_from: time | None = None
    quiet_to: time | None = None
    digest_hour: int = DIGEST_HOUR
    digest_day: int = DIGEST_DAY

    def held_until(self, kind: MailKind, now: datetime) -> datetime | None:
        """The end of her quiet hours, where the mail has to wait for it."""
        if not kind.waits or self.quiet_from is None or self.quiet_to is None:
            return None
        return quiet_until(now, self.time_zone, self.quiet_from, self.quiet_to)

    def next_digest(self, now: datetime) -> datetime:
        return digest_after(
            now, self.comes, zone=self.time_zone, hour=self.digest_hour, day=self.digest_day
        )


def digest_after(now: datetime, comes: MailWhen, *, zone: str, hour: int, day: int) -> datetime:
    return next_digest(now, zone, hour, day if comes is MailWhen.WEEKLY else None)


def comes_as(kind: MailKind, chosen: MailWhen | None) -> MailWhen:
    """What was chosen, as far as the kind allows it by now."""
    return chosen if chosen in kind.choices else kind.default


_READER = Prepared(
    select(
        Person.id,
        MailChoice.comes,
        MailSettings.time_zone,
        MailSettings.quiet_from,
        MailSettings.quiet_to,
        MailSettings.digest_hour,
        MailSettings.digest_day,
    )
    .outerjoin(
        MailChoice,
        and_(MailChoice.person_id == Person.id, MailChoice.kind == given("kind", Text())),
    )
    .outerjoin(MailSettings, MailSettings.person_id == Person.id)
    .where(Person.has_account(given("email", Text())))
)


async def reader_of(db: AsyncSession, email: str, kind: str) -> Reader | None:
    """By the address that a mail goes to; none for whoever has no account."""
    row = await _READER.row(db, email=email, kind=kind)
    if row is None:
        return None
    chosen = None if row["comes"] is None else MailWhen(row["comes"])
    comes = MailWhen.AT_ONCE if kind == DIGEST else comes_as(KINDS[kind], chosen)
    if row["time_zone"] is None:
        return Reader(row["id"], comes)
    return Reader(row["id"], comes, *list(row)[2:])
