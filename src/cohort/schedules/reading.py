"""What is known of plans, gathered for their dates: eight statements, however many there are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.assessments.focus import Focus
from cohort.assessments.reading import focuses_of_many
from cohort.cohorts.models import Enrolment
from cohort.guides.models import Milestone, MilestoneKind
from cohort.schedules.dating import PlanFacts, PlannedWork
from cohort.schedules.models import Absence, StudyPace
from cohort.study.due_dates import span
from cohort.study.models import ItemState, PlanItem

AFTER_EXAM = {MilestoneKind.EXAM_RESULT, MilestoneKind.CAREER_STEP}


@dataclass(frozen=True, slots=True)
class GatheredPlan:
    """The facts of a plan, and the id of its item for each of their slugs."""

    enrolment: Enrolment
    facts: PlanFacts
    items: Mapping[str, UUID]


async def hours_told(db: AsyncSession, enrolment_id: UUID) -> int | None:
    """The hours that she has in a week; None where she told none."""
    told: int | None = await db.scalar(
        select(StudyPace.hours).where(StudyPace.enrolment_id == enrolment_id)
    )
    return told


async def gather(
    db: AsyncSession,
    enrolments: Sequence[Enrolment],
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> list[GatheredPlan]:
    """Each plan, with its cohort loaded; other days of the cohort may be tried out."""
    ids = [one.id for one in enrolments]
    told = await db.scalars(select(StudyPace).where(StudyPace.enrolment_id.in_(ids)))
    paces = {one.enrolment_id: one for one in told}
    absences: dict[UUID, list[tuple[date, date]]] = defaultdict(list)
    for absence in await db.scalars(select(Absence).where(Absence.enrolment_id.in_(ids))):
        absences[absence.enrolment_id].append((absence.first_day, absence.last_day))
    work, items = await _work(db, ids)
    gathered = []
    for one in enrolments:
        pace = paces.get(one.id)
        begin, end = starts_on or one.cohort.starts_on, ends_on or one.cohort.ends_on
        zone = one.cohort.time_zone
        facts = PlanFacts(
            starts_on=begin,
            ends_on=end,
            zone=zone,
            joined_on=span(begin, end, ZoneInfo(zone), one.created_at)[0],
            hours=pace.hours if pace else None,
            exam_on=pace.exam_on if pace else None,
            absences=tuple(sorted(absences[one.id])),
            work=tuple(work[one.id]),
        )
        gathered.append(GatheredPlan(one, facts, items[one.id]))
    return gathered


async def _work(
    db: AsyncSession, ids: Sequence[UUID]
) -> tuple[Mapping[UUID, list[PlannedWork]], Mapping[UUID, dict[str, UUID]]]:
    """One row for each plan: a row for each item would take longer to read than to date."""
    rows = await db.execute(
        select(
            PlanItem.enrolment_id,
            func.array_agg(PlanItem.id),
            func.array_agg(PlanItem.milestone_id),
            func.array_agg(PlanItem.state == ItemState.OPEN),
            func.array_agg(PlanItem.due_at),
        )
        .where(PlanItem.enrolment_id.in_(ids))
        .group_by(PlanItem.enrolment_id)
    )
    plans = rows.all()
    named = {milestone_id for plan in plans for milestone_id in plan[2]}
    found = await db.scalars(select(Milestone).where(Milestone.id.in_(named)))
    milestones = {one.id: one for one in found}
    sections = {
        enrolment_id: {
            milestones[its].slug: milestones[its].exam_sections for its in its_milestones
        }
        for enrolment_id, _, its_milestones, *_ in plans
    }
    focuses = await focuses_of_many(db, sections)
    work: dict[UUID, list[PlannedWork]] = defaultdict(list)
    items: dict[UUID, dict[str, UUID]] = defaultdict(dict)
    for enrolment_id, *columns in plans:
        for item_id, milestone_id, is_open, due_at in zip(*columns, strict=True):
            one = milestones[milestone_id]
            if one.slug not in items[enrolment_id]:
                items[enrolment_id][one.slug] = item_id
                focus = focuses.get((enrolment_id, one.slug), Focus.NORMAL)
                piece = _piece(one, is_open=is_open, due_at=due_at, focus=focus)
                work[enrolment_id].append(piece)
        work[enrolment_id].sort()
    return work, items


def _piece(one: Milestone, *, is_open: bool, due_at: datetime, focus: Focus) -> PlannedWork:
    return PlannedWork(
        slug=one.slug,
        title=one.title,
        hours=one.hours,
        requires=tuple(sorted(one.requires)),
        position=one.position,
        is_optional=one.is_optional,
        after_exam=one.kind in AFTER_EXAM,
        with_exam=one.kind is MilestoneKind.EXAM_RESULT,
        is_open=is_open,
        due_at=due_at,
        focus=focus,
    )
