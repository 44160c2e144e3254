"""Where each of a mentor's mentees stands: as many statements for one as for twenty."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.agendas.building import lists_of
from cohort.cohorts.models import MentorSees
from cohort.guides.models import Milestone
from cohort.meetings.models import Meeting, MeetingState
from cohort.mentorships import reading as mentorships
from cohort.mentorships.models import Mentorship
from cohort.people.models import Person
from cohort.study.models import PlanItem
from cohort.study.progress import MilestoneCounts, counts_of, whole_of

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class MenteeStanding:
    """One mentee: what is due within a week, late, or failed; and when the two meet."""

    mentorship: Mentorship
    lists: Mapping[str, Sequence[Mapping[str, Any]]]
    last_met: datetime | None
    next_meeting: datetime | None
    counts: MilestoneCounts | None
    """Of the whole plan; none where the researcher shows nothing."""


async def standings(db: AsyncSession, actor: Person, *, now: datetime) -> list[MenteeStanding]:
    mentees = await mentorships.mentees_of(db, actor)
    enrolments = [one.enrolment for one in mentees]
    open_plans = [one.id for one in enrolments if one.mentor_sees == MentorSees.MILESTONES]
    counted = [one.id for one in enrolments if one.mentor_sees != MentorSees.NOTHING]
    items = await _items(db, open_plans)
    counts = await counts_of(db, counted, now=now)
    meetings = await _meetings(db, [one.id for one in mentees], now)
    found = []
    for one in mentees:
        last, following = meetings.get(one.id, (None, None))
        since = last or one.began_at
        is_counted = one.enrolment.mentor_sees != MentorSees.NOTHING
        whole = whole_of(counts.get(one.enrolment_id, {})) if is_counted else None
        lists = lists_of(items[one.enrolment_id], since=since, now=now, ahead=WEEK)
        found.append(MenteeStanding(one, lists, last, following, whole))
    return found


async def _items(
    db: AsyncSession, enrolment_ids: Sequence[UUID]
) -> Mapping[UUID, list[dict[str, Any]]]:
    rows = await db.execute(
        select(
            PlanItem.enrolment_id,
            PlanItem.id,
            PlanItem.state,
            PlanItem.due_at,
            PlanItem.passed_at,
            Milestone.title,
        )
        .join(PlanItem.milestone)
        .where(PlanItem.enrolment_id.in_(enrolment_ids))
        .order_by(PlanItem.due_at, PlanItem.position)
    )
    items: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        items[row.enrolment_id].append({**row._asdict(), "milestone": {"title": row.title}})
    return items


async def _meetings(
    db: AsyncSession, mentorship_ids: Sequence[UUID], now: datetime
) -> dict[UUID, tuple[datetime | None, datetime | None]]:
    last = func.max(Meeting.starts_at).filter(Meeting.state == MeetingState.HELD)
    to_come = (Meeting.state == MeetingState.AGREED) & (Meeting.starts_at > now)
    rows = await db.execute(
        select(Meeting.mentorship_id, last, func.min(Meeting.starts_at).filter(to_come))
        .where(Meeting.mentorship_id.in_(mentorship_ids))
        .group_by(Meeting.mentorship_id)
    )
    return {mentorship_id: (held, following) for mentorship_id, held, following in rows}
