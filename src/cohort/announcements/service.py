"""Writing to the people of a cohort: who would get it, sending it once, and what became of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.announcements import policy
from cohort.announcements.audiences import Recipient, recipients
from cohort.announcements.models import Announcement, AnnouncementCopy, CopyState
from cohort.announcements.schemas import AnnouncementIn
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.db import new_id
from cohort.errors import Conflict, Invalid, NotFound
from cohort.http.paging import Page, Slice, page_by_id, page_of
from cohort.jobs.outbox import enqueue_each
from cohort.notices.kinds import MailWhen
from cohort.people import audit
from cohort.people.models import Person

MOST_ESSENTIAL = 2
A_WEEK = timedelta(days=7)


class EssentialUsedUp(Conflict):
    code = "essential_used_up"
    title = "Enough for this week"

    def __init__(self) -> None:
        super().__init__(
            f"In seven days, {MOST_ESSENTIAL} announcements of a cohort may come to those too who"
            " have switched them off. Send this one as an ordinary one, or wait."
        )


@dataclass(frozen=True, slots=True)
class Reach:
    """Who gets it, and how it comes to them."""

    people: Sequence[Recipient]

    def coming(self, *how: MailWhen) -> int:
        return sum(one.comes in how for one in self.people)

    @property
    def at_once(self) -> int:
        return self.coming(MailWhen.AT_ONCE)

    @property
    def in_digest(self) -> int:
        return self.coming(MailWhen.DAILY, MailWhen.WEEKLY)

    @property
    def off(self) -> int:
        return self.coming(MailWhen.OFF)


def kind_of(form: AnnouncementIn | Announcement) -> str:
    return "essential" if form.is_essential else "announcements"


async def reach(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: AnnouncementIn, *, now: datetime
) -> Reach:
    """Whom this would reach now; nobody is written to."""
    cohort = await cohorts.require_organiser(db, actor, cohort_id)
    if form.is_essential:
        await _require_essential_left(db, cohort.id, now=now)
    found = await recipients(
        db, actor, cohort, form.audience, form.circle_id, kind_of(form), now=now
    )
    if not found:
        raise Invalid.at("audience", "Nobody belongs to it at present. Choose another one.")
    return Reach(found)


async def send(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    form: AnnouncementIn,
    *,
    now: datetime,
    key: UUID | None = None,
) -> tuple[UUID, Reach]:
    """A job for each person; the `key` of a form that was sent already sends nothing more."""
    await cohorts.require_organiser(db, actor, cohort_id)
    if form.is_essential:
        # Of two organisers at once, the second one counts what the first one sent.
        locked = select(Cohort.id).where(Cohort.id == cohort_id)
        await db.execute(locked.with_for_update(key_share=True))
    its_id = key or new_id()
    there = await db.get(Announcement, its_id)
    if there is not None:
        return _sent_before(there, cohort_id)
    reached = await reach(db, actor, cohort_id, form, now=now)
    said = form.model_dump(include={"audience", "circle_id", "subject", "text", "is_essential"})
    made = await db.scalar(
        insert(Announcement)
        .values(id=its_id, cohort_id=cohort_id, sent_by=actor.id, sent_at=now, **said)
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(Announcement.id)
    )
    if made is None:
        return _sent_before(await db.get_one(Announcement, its_id), cohort_id)
    who = [one.person_id for one in reached.people]
    copies = [{"announcement_id": its_id, "person_id": one} for one in who]
    await db.execute(insert(AnnouncementCopy), copies)
    await enqueue_each(
        db, "announcements.send", [{"cohort_id": cohort_id, **one} for one in copies], now=now
    )
    audit.record(
        db,
        actor,
        "announcement.send",
        its_id,
        now=now,
        cohort_id=cohort_id,
        audience=form.audience,
        people=len(who),
        essential=form.is_essential,
    )
    return its_id, reached


def _sent_before(there: Announcement, cohort_id: UUID) -> tuple[UUID, Reach]:
    if there.cohort_id != cohort_id:
        raise NotFound
    return there.id, Reach([])


async def _require_essential_left(db: AsyncSession, cohort_id: UUID, *, now: datetime) -> None:
    lately = (
        select(func.count())
        .select_from(Announcement)
        .where(Announcement.cohort_id == cohort_id, Announcement.is_essential)
        .where(Announcement.sent_at > now - A_WEEK)
    )
    if (await db.scalar(lately) or 0) >= MOST_ESSENTIAL:
        raise EssentialUsedUp


async def list_of(
    db: AsyncSession, actor: Person, cohort_id: UUID, part: Slice
) -> Page[Announcement]:
    """The newest first, for organisers."""
    await cohorts.require_organiser(db, actor, cohort_id)
    its = policy.visible_to(actor).where(Announcement.cohort_id == cohort_id)
    shown = its.options(joinedload(Announcement.sender), joinedload(Announcement.circle))
    return await page_of(
        db, shown, by=Announcement.sent_at, id=Announcement.id, part=part, sort="-sent_at"
    )


async def get(db: AsyncSession, actor: Person, announcement_id: UUID) -> Announcement:
    its = policy.visible_to(actor).where(Announcement.id == announcement_id)
    sender, circle = joinedload(Announcement.sender), joinedload(Announcement.circle)
    shown = its.options(sender, circle, joinedload(Announcement.cohort))
    found = await db.scalar(shown)
    if found is None:
        raise NotFound
    return found


async def counts_of(
    db: AsyncSession, announcements: Sequence[Announcement]
) -> Mapping[UUID, Mapping[CopyState, int]]:
    """By announcement, of how many people it was settled how; one statement for all."""
    found = await db.execute(
        select(AnnouncementCopy.announcement_id, AnnouncementCopy.state, func.count())
        .where(AnnouncementCopy.announcement_id.in_([one.id for one in announcements]))
        .group_by(AnnouncementCopy.announcement_id, AnnouncementCopy.state)
    )
    counts: dict[UUID, Counter[CopyState]] = {one.id: Counter() for one in announcements}
    for its_id, state, number in found:
        counts[its_id][state] = number
    return counts


async def list_copies(
    db: AsyncSession, announcement: Announcement, part: Slice
) -> Page[AnnouncementCopy]:
    """To whom it went; the announcement was found for its reader."""
    its = select(AnnouncementCopy).where(AnnouncementCopy.announcement_id == announcement.id)
    shown = its.options(joinedload(AnnouncementCopy.person))
    return await page_by_id(db, shown, id=AnnouncementCopy.id, part=part)
