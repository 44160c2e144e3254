"""Choosing which mails come and when, and ending a kind by the link of a mail."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Enrolment
from cohort.errors import Invalid
from cohort.mentors.models import Mentor
from cohort.notices.choosing import DIGEST_DAY, DIGEST_HOUR, ZONE, comes_as, digest_after
from cohort.notices.kinds import DIGEST, KINDS, MailWhen
from cohort.notices.models import MailChoice, MailSettings, UnsubscribeLink, WaitingMail
from cohort.notices.schemas import MailKindOut, MailSettingsIn, MailSettingsOut
from cohort.people.models import Person

TOGETHER = (MailWhen.DAILY, MailWhen.WEEKLY)


async def read(db: AsyncSession, actor: Person) -> MailSettingsOut:
    chosen = await _chosen(db, actor)
    settings = await db.get(MailSettings, actor.id)
    return MailSettingsOut(
        kinds=[
            MailKindOut(
                kind=name,
                title=kind.title,
                about=kind.about,
                choices=list(kind.choices),
                comes=comes_as(kind, chosen.get(name)),
                waits=kind.waits,
            )
            for name, kind in KINDS.items()
        ],
        time_zone=settings.time_zone if settings else await _own_zone(db, actor),
        quiet_from=settings.quiet_from if settings else None,
        quiet_to=settings.quiet_to if settings else None,
        digest_hour=settings.digest_hour if settings else DIGEST_HOUR,
        digest_day=settings.digest_day if settings else DIGEST_DAY,
    )


async def _chosen(db: AsyncSession, actor: Person) -> Mapping[str, MailWhen]:
    own = select(MailChoice).where(MailChoice.person_id == actor.id)
    found = await db.scalars(own.execution_options(populate_existing=True))
    return {one.kind: one.comes for one in found}


async def _own_zone(db: AsyncSession, actor: Person) -> str:
    """Of her newest profile, until she says one here."""
    for row in (Enrolment, Mentor):
        own = select(row.time_zone).where(row.person_id == actor.id)
        if found := await db.scalar(own.order_by(row.created_at.desc(), row.id).limit(1)):
            return found
    return ZONE


async def choose(db: AsyncSession, actor: Person, form: MailSettingsIn, *, now: datetime) -> None:
    """All choices at once; what waits already comes as is chosen now, or not at all."""
    for name, comes in form.choices.items():
        if name not in KINDS:
            raise Invalid.at(f"choices/{name}", "There is no such kind of mail.")
        if comes not in KINDS[name].choices:
            allowed = " or ".join(KINDS[name].choices)
            raise Invalid.at(f"choices/{name}", f"Mails of this kind come {allowed}.")
    said = form.model_dump(exclude={"choices"}) | {"changed_at": now}
    await db.execute(
        insert(MailSettings)
        .values(person_id=actor.id, **said)
        .on_conflict_do_update(index_elements=["person_id"], set_=said)
    )
    await db.execute(delete(MailChoice).where(MailChoice.person_id == actor.id))
    own = [
        {"person_id": actor.id, "kind": name, "comes": comes}
        for name, comes in sorted(form.choices.items())
        if comes is not KINDS[name].default
    ]
    if own:
        await db.execute(insert(MailChoice).values(own).on_conflict_do_nothing())
    await _let_waiting_follow(db, actor, form, now=now)


async def _let_waiting_follow(
    db: AsyncSession, actor: Person, form: MailSettingsIn, *, now: datetime
) -> None:
    off = [name for name, comes in form.choices.items() if comes is MailWhen.OFF]
    waiting = (WaitingMail.person_id == actor.id) & WaitingMail.digest_id.is_(None)
    await db.execute(delete(WaitingMail).where(waiting, WaitingMail.kind.in_(off)))
    for comes in TOGETHER:
        due_at = digest_after(
            now, comes, zone=form.time_zone, hour=form.digest_hour, day=form.digest_day
        )
        moved = update(WaitingMail).where(waiting, WaitingMail.comes == comes)
        await db.execute(moved.values(due_at=due_at))


async def renew_links(db: AsyncSession, actor: Person) -> None:
    """The links of all mails until now end nothing any more."""
    await db.execute(delete(UnsubscribeLink).where(UnsubscribeLink.person_id == actor.id))


async def find_link(db: AsyncSession, token: str) -> UnsubscribeLink | None:
    return await db.get(UnsubscribeLink, token) if token.isascii() else None


async def unsubscribe(db: AsyncSession, token: str) -> UnsubscribeLink | None:
    """End the kind of the link for whoever it was sent to; a second time changes nothing."""
    link = await find_link(db, token)
    if link is None:
        return None
    kinds = [link.kind]
    if link.kind == DIGEST:
        own = select(MailChoice.kind).where(
            MailChoice.person_id == link.person_id, MailChoice.comes.in_(TOGETHER)
        )
        kinds = list(await db.scalars(own))
    ended = [one for one in sorted(kinds) if one in KINDS and KINDS[one].may_be_off]
    if ended:
        rows = [{"person_id": link.person_id, "kind": one, "comes": "off"} for one in ended]
        write = insert(MailChoice).values(rows)
        await db.execute(
            write.on_conflict_do_update(
                index_elements=["person_id", "kind"], set_={"comes": write.excluded.comes}
            )
        )
    waiting = (WaitingMail.person_id == link.person_id) & WaitingMail.digest_id.is_(None)
    await db.execute(delete(WaitingMail).where(waiting, WaitingMail.kind.in_(ended)))
    return link
