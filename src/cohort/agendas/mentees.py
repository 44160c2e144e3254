"""Where each of a mentor's mentees stands, and what each needs from her this month.

As many statements for one mentee as for twenty.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.agendas.building import lists_of
from cohort.agendas.models import AgendaEntry, EntryKind
from cohort.agendas.needs import MenteeNeed, needs_of
from cohort.cohorts.models import Enrolment, MentorSees
from cohort.db import NOW, Prepared, given
from cohort.guides import service as guides
from cohort.guides.models import Guide, Milestone, TermKind
from cohort.meetings.models import Meeting, MeetingState
from cohort.mentorships import reading as mentorships
from cohort.mentorships.models import Mentorship
from cohort.people.models import Person
from cohort.quizzes.reading import exams_of
from cohort.quizzes.weak_sections import WeakSection, weak_sections
from cohort.study.models import ItemState, PlanItem
from cohort.study.progress import MilestoneCounts, counts_of, whole_of


@dataclass(frozen=True, slots=True)
class MenteeStanding:
    """One mentee: what is due within four weeks, late, or failed; and when the two meet."""

    mentorship: Mentorship
    lists: Mapping[str, Sequence[Mapping[str, Any]]]
    last_met: datetime | None
    next_meeting: datetime | None
    counts: MilestoneCounts | None
    """Of the whole plan; none where the researcher shows nothing."""
    needs: Sequence[MenteeNeed]
    """What she shows of it, and what she asked for."""
    has_exam: bool
    """Whether her guide leads to an exam, and she shows how ready she is for it."""


async def standings(db: AsyncSession, actor: Person, *, now: datetime) -> list[MenteeStanding]:
    mentees = await mentorships.mentees_of(db, actor)
    enrolments = [one.enrolment for one in mentees]
    open_plans = [one.id for one in enrolments if one.mentor_sees == MentorSees.MILESTONES]
    counted = [one.id for one in enrolments if one.mentor_sees != MentorSees.NOTHING]
    items = await _items(db, open_plans)
    counts = await counts_of(db, counted, now=now)
    meetings = await meetings_of(db, [one.id for one in mentees], now)
    known = await needs_in(db, mentees, open_plans, now=now)
    exams = await exams_of(db, Guide.id.in_({one.cohort.guide_id for one in enrolments}))
    found = []
    for one in mentees:
        last, following = meetings.get(one.id, (None, None))
        since = last or one.began_at
        is_counted = one.enrolment.mentor_sees != MentorSees.NOTHING
        whole = whole_of(counts.get(one.enrolment_id, {})) if is_counted else None
        lists = lists_of(items[one.enrolment_id], since=since, now=now)
        has_exam = is_counted and one.enrolment.cohort.guide_id in exams
        needs = known.of(one, lists)
        found.append(MenteeStanding(one, lists, last, following, whole, needs, has_exam))
    return found


@dataclass(frozen=True, slots=True)
class NeedsRead:
    """What is read for all of them at once."""

    asked: Mapping[UUID, Sequence[str]]
    """By mentorship: what the researcher wrote for the next meeting."""
    weak: Mapping[UUID, Sequence[WeakSection]]
    """By enrolment."""
    titles: Mapping[str, str]

    def of(
        self, mentorship: Mentorship, lists: Mapping[str, Sequence[Mapping[str, Any]]]
    ) -> list[MenteeNeed]:
        return needs_of(
            asked=self.asked.get(mentorship.id, ()),
            lists=lists,
            weak=self.weak.get(mentorship.enrolment_id, ()),
            strengths=mentorship.mentor.skills,
            titles=self.titles,
        )


async def needs_in(
    db: AsyncSession,
    mentorships_there: Sequence[Mentorship],
    open_plans: Sequence[UUID],
    *,
    now: datetime,
) -> NeedsRead:
    """`open_plans` are the enrolments whose milestones the reader may see.

    With the enrolment of each mentorship, and its mentor.
    """
    by_her = Mentorship.enrolment_id == Enrolment.id
    rows = await db.execute(
        select(AgendaEntry.mentorship_id, AgendaEntry.text)
        .join(AgendaEntry.mentorship)
        .join(Enrolment, by_her)
        .where(AgendaEntry.mentorship_id.in_([one.id for one in mentorships_there]))
        .where(AgendaEntry.kind == EntryKind.POINT, AgendaEntry.done_at.is_(None))
        .where(AgendaEntry.written_by == Enrolment.person_id)
        .order_by(AgendaEntry.created_at, AgendaEntry.id)
    )
    asked: dict[UUID, list[str]] = defaultdict(list)
    for mentorship_id, text in rows:
        asked[mentorship_id].append(text)
    weak = await weak_sections(db, open_plans, now=now)
    titles = await guides.titles(db)
    skill = TermKind.SKILL.value
    return NeedsRead(
        asked, weak, {slug: name for (kind, slug), name in titles.items() if kind == skill}
    )


@cache
def _plan_items() -> Prepared:
    return Prepared(
        select(
            PlanItem.enrolment_id,
            PlanItem.id,
            PlanItem.state,
            PlanItem.due_at,
            PlanItem.passed_at,
            Milestone.title,
            Milestone.skills,
        )
        .join(PlanItem.milestone)
        .where(PlanItem.enrolment_id == any_(given("enrolment_ids", ARRAY(Uuid()))))
        .order_by(PlanItem.due_at, PlanItem.position)
    )


async def _items(
    db: AsyncSession, enrolment_ids: Sequence[UUID]
) -> Mapping[UUID, list[dict[str, Any]]]:
    items: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in await _plan_items().rows(db, enrolment_ids=enrolment_ids):
        milestone = {"title": row["title"], "skills": row["skills"]}
        shown = {**row, "state": ItemState(row["state"]), "milestone": milestone}
        items[row["enrolment_id"]].append(shown)
    return items


_LAST = func.max(Meeting.starts_at).filter(Meeting.state == MeetingState.HELD)
_TO_COME = (Meeting.state == MeetingState.AGREED) & (Meeting.starts_at > NOW)
_NEXT = func.min(Meeting.starts_at).filter(_TO_COME)
LAST_AND_NEXT = Prepared(
    select(Meeting.mentorship_id, _LAST.label("last"), _NEXT.label("next"))
    .where(Meeting.mentorship_id == any_(given("mentorship_ids", ARRAY(Uuid()))))
    .group_by(Meeting.mentorship_id)
)


async def meetings_of(
    db: AsyncSession, mentorship_ids: Sequence[UUID], now: datetime
) -> dict[UUID, tuple[datetime | None, datetime | None]]:
    """By mentorship: the last that was held, and the next that both agreed to."""
    rows = await LAST_AND_NEXT.rows(db, mentorship_ids=mentorship_ids, now=now)
    return {one["mentorship_id"]: (one["last"], one["next"]) for one in rows}
