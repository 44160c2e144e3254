"""An agenda and what was written for it, as each of the two may read it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.agendas import policy
from cohort.agendas.building import lists_of
from cohort.agendas.mentees import meetings_of, needs_in
from cohort.agendas.models import AgendaEntry, EntryKind
from cohort.agendas.schemas import AgendaOut
from cohort.cohorts.models import MentorSees
from cohort.errors import NotAllowed, NotFound
from cohort.http.paging import Page, Slice, page_of
from cohort.mentorships import policy as mentorship_policy
from cohort.mentorships import reading as mentorships
from cohort.mentorships.models import Mentorship
from cohort.mentorships.pausing import MentorshipEnded
from cohort.people.models import Person
from cohort.study import reading as study
from cohort.study.progress import counts_of, whole_of

SHOWN_AT_ONCE = 500


async def of_the_two(db: AsyncSession, actor: Person, mentorship_id: UUID) -> Mentorship:
    """The mentorship, if the actor is one of the two."""
    mentorship = await mentorships.get(db, actor, mentorship_id)
    if mentorship_policy.side_of(actor, mentorship) is None:
        raise NotAllowed("What the two write is for the two of them only.")
    return mentorship


async def get(
    db: AsyncSession, actor: Person, entry_id: UUID, *, lock: bool = False
) -> AgendaEntry:
    statement = policy.visible_to(actor).where(AgendaEntry.id == entry_id)
    statement = statement.options(joinedload(AgendaEntry.mentorship))
    if lock:
        statement = statement.with_for_update(of=AgendaEntry)
    entry = await db.scalar(statement.execution_options(populate_existing=True))
    if entry is None:
        raise NotFound
    return entry


async def list_of(
    db: AsyncSession, actor: Person, mentorship_id: UUID, kind: EntryKind | None, part: Slice
) -> Page[AgendaEntry]:
    await of_the_two(db, actor, mentorship_id)
    statement = policy.visible_to(actor).where(AgendaEntry.mentorship_id == mentorship_id)
    if kind is not None:
        statement = statement.where(AgendaEntry.kind == kind)
    return await page_of(db, statement, by=AgendaEntry.created_at, id=AgendaEntry.id, part=part)


async def all_of(
    db: AsyncSession, actor: Person, mentorship_id: UUID
) -> Mapping[EntryKind, Sequence[AgendaEntry]]:
    """For the page; what is not done first, and in each the oldest first."""
    statement = policy.visible_to(actor).where(AgendaEntry.mentorship_id == mentorship_id)
    statement = statement.order_by(
        AgendaEntry.done_at.is_not(None), AgendaEntry.created_at, AgendaEntry.id
    )
    found = (await db.scalars(statement.limit(SHOWN_AT_ONCE))).all()
    return {kind: [one for one in found if one.kind is kind] for kind in EntryKind}


async def agenda(
    db: AsyncSession, actor: Person, mentorship_id: UUID, *, now: datetime
) -> AgendaOut:
    """What the plan of the researcher says, since the two met last; of one that goes on."""
    mentorship = await of_the_two(db, actor, mentorship_id)
    if mentorship.ended_at is not None:
        raise MentorshipEnded("This mentorship has ended, so there is no agenda.")
    last, following = (await meetings_of(db, [mentorship_id], now)).get(mentorship_id, (None, None))
    since = last or mentorship.began_at
    enrolment = mentorship.enrolment
    shown = MentorSees.MILESTONES if enrolment.person_id == actor.id else enrolment.mentor_sees
    items, counts = await _of_plan(db, actor, enrolment.id, shown, now=now)
    lists = lists_of(items, since=since, now=now)
    shown_plans = [enrolment.id] if shown is MentorSees.MILESTONES else []
    known = await needs_in(db, [mentorship], shown_plans, now=now)
    told = {"enrolment_id": enrolment.id, "shown": shown, "counts": counts, "since": since}
    needs = [asdict(one) for one in known.of(mentorship, lists)]
    return cast("AgendaOut", told | lists | {"next_meeting": following, "needs": needs})


async def _of_plan(
    db: AsyncSession, actor: Person, enrolment_id: UUID, shown: MentorSees, *, now: datetime
) -> tuple[Sequence[Mapping[str, Any]], Mapping[str, int] | None]:
    """Its items and its counts, as far as they are shown."""
    if shown is MentorSees.NOTHING:
        return [], None
    if shown is MentorSees.COUNTS:
        cells = await counts_of(db, [enrolment_id], now=now)
        return [], whole_of(cells.get(enrolment_id, {}))._asdict()
    plan: Any = await study.plan(db, actor, enrolment_id, now=now)
    return plan["items"], {name: plan[name] for name in study.COUNTED}
