"""A cohort is moved to another version of its guide: what is different, and then the move.

What somebody handed in stays hers, under the milestone of the same name; what is only planned
and is not in the new version leaves the plans. A job carries it out, plan by plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, CohortState, Enrolment, EnrolmentState
from cohort.curricula.stored import curriculum_of
from cohort.errors import Conflict, Invalid
from cohort.extensions.models import Extension
from cohort.guides import service as guides
from cohort.guides.models import Guide, Milestone
from cohort.guides.schemas import MilestoneRow
from cohort.guides.service import first_of
from cohort.jobs.outbox import enqueue
from cohort.people import audit
from cohort.people.models import Person
from cohort.study.drafts.models import EvidenceDraft
from cohort.study.files.models import EvidenceFile
from cohort.study.models import ItemState, PlanItem, Submission

AT_ONCE = 200
"""Plans in one statement."""
BY_PEOPLE = {
    "section": "section",
    "title": "title",
    "task": "task",
    "evidence": "evidence",
    "hours": "hours",
    "skills": "skills",
    "requires": "what comes first",
    "kind": "kind",
    "is_optional": "optional or not",
    "instead_of": "what it counts instead of",
    "exam_sections": "sections of the exam",
    "rubric": "rubric",
}


class GuideMovedMeanwhile(Conflict):
    code = "guide_moved"
    title = "The cohort studies another version by now"


@dataclass(frozen=True, slots=True)
class MilestoneChange:
    slug: str
    title: str
    what: Literal["added", "removed", "changed"]
    fields: Sequence[str]
    started: int


@dataclass(frozen=True, slots=True)
class GuideChange:
    """What moving a cohort would do."""

    from_guide_id: UUID
    to_guide_id: UUID
    plans: int
    milestones: Sequence[MilestoneChange]
    other_quizzes: bool
    """Whether the new one has quizzes of its own."""


async def versions_of(db: AsyncSession, guide: Guide) -> Sequence[Guide]:
    """All of them, the newest first."""
    first = guide.first_id or guide.id
    found = select(Guide).where(first_of(Guide) == first).order_by(Guide.version.desc())
    return (await db.scalars(found)).all()


async def compare(db: AsyncSession, actor: Person, cohort_id: UUID, to: UUID) -> GuideChange:
    """For the cohort's organisers; nothing changes by looking."""
    cohort = await cohorts.require_organiser(db, actor, cohort_id)
    target = await _target(db, to)
    studied = await guides.get(db, cohort.guide_id)
    before = await curriculum_of(db, studied)
    after = await curriculum_of(db, target)
    old = {row.slug: row for row in before.milestones}
    new = {row.slug: row for row in after.milestones}
    started = await _started(db, cohort_id)
    changes = [
        MilestoneChange(slug, row.title, "added", (), started.get(slug, 0))
        for slug, row in new.items()
        if slug not in old
    ]
    changes += [
        MilestoneChange(slug, row.title, "removed", (), started.get(slug, 0))
        for slug, row in old.items()
        if slug not in new
    ]
    changes += [
        MilestoneChange(slug, row.title, "changed", fields, started.get(slug, 0))
        for slug, row in new.items()
        if slug in old and (fields := _different(old[slug], row))
    ]
    seats = select(func.count()).where(
        Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE
    )
    plans = await db.scalar(seats) or 0
    has_others = _holder(studied) != _holder(target)
    return GuideChange(cohort.guide_id, to, plans, changes, has_others)


def _holder(guide: Guide) -> UUID:
    return guide.quizzes_id or guide.first_id or guide.id


def _different(old: MilestoneRow, new: MilestoneRow) -> list[str]:
    return [said for name, said in BY_PEOPLE.items() if getattr(old, name) != getattr(new, name)]


async def _target(db: AsyncSession, guide_id: UUID) -> Guide:
    guide = await db.get(Guide, guide_id)
    if guide is None:
        raise Invalid.at("to_guide_id", "There is no such guide.")
    return guide


async def _started(db: AsyncSession, cohort_id: UUID) -> dict[str, int]:
    """Plans in which it is handed in or passed, by the milestone's name."""
    rows = await db.execute(
        select(Milestone.slug, func.count())
        .join(PlanItem, PlanItem.milestone_id == Milestone.id)
        .join(Enrolment, Enrolment.id == PlanItem.enrolment_id)
        .where(Enrolment.cohort_id == cohort_id, PlanItem.state != ItemState.OPEN)
        .group_by(Milestone.slug)
    )
    return {slug: count for slug, count in rows}  # noqa: C416  (rows are no pairs to mypy)


async def move(
    db: AsyncSession, actor: Person, cohort_id: UUID, seen: UUID, to: UUID, *, now: datetime
) -> Cohort:
    """From the version that was seen; a job changes the plans."""
    cohort = await cohorts.require_organiser(db, actor, cohort_id)
    target = await _target(db, to)
    if cohort.state in {CohortState.COMPLETED, CohortState.ARCHIVED}:
        raise Invalid.at("to_guide_id", "This cohort has ended: its guide stays as it was.")
    if not await _has_milestones(db, target):
        raise Invalid.at("to_guide_id", "This guide has no milestones, so nobody had a plan.")
    moved = await db.scalar(
        update(Cohort)
        .where(Cohort.id == cohort_id, Cohort.guide_id == seen)
        .values(guide_id=to, version=Cohort.version + 1)
        .returning(Cohort.id)
    )
    if moved is None:
        raise GuideMovedMeanwhile("Somebody moved the cohort meanwhile. Look at the changes again.")
    if seen != to:
        await enqueue(db, "curricula.move_plans", now=now, cohort_id=cohort_id, of_cohort=cohort_id)
        audit.record(
            db, actor, "cohort.move_guide", cohort_id, now=now, cohort_id=cohort_id, guide=str(to)
        )
    await db.refresh(cohort)
    return cohort


async def _has_milestones(db: AsyncSession, guide: Guide) -> bool:
    live = select(Milestone.id).where(Milestone.guide_id == guide.id)
    return await db.scalar(live.where(Milestone.retired_at.is_(None)).limit(1)) is not None


async def move_plans(db: AsyncSession, cohort_id: UUID, *, now: datetime) -> None:
    """Every plan follows the cohort's guide; done twice, nothing is left to do."""
    cohort = await db.get(Cohort, cohort_id)
    if cohort is None:
        return
    plans = await db.scalars(
        select(Enrolment.id).where(Enrolment.cohort_id == cohort_id).order_by(Enrolment.id)
    )
    ids = plans.all()
    for start in range(0, len(ids), AT_ONCE):
        await _move_some(db, cohort.guide_id, ids[start : start + AT_ONCE])
    await enqueue(db, "study.extend_plans", now=now, guide_id=cohort.guide_id)


async def _move_some(db: AsyncSession, guide_id: UUID, enrolments: Sequence[UUID]) -> None:
    old, new = aliased(Milestone), aliased(Milestone)
    here = PlanItem.enrolment_id.in_(enrolments)
    await db.execute(
        update(PlanItem)
        .where(here, PlanItem.milestone_id == old.id, old.guide_id != guide_id)
        .where(new.guide_id == guide_id, new.slug == old.slug, new.retired_at.is_(None))
        .values(milestone_id=new.id, position=new.position)
        .execution_options(synchronize_session=False)
    )
    elsewhere = select(Milestone.id).where(Milestone.guide_id != guide_id)
    # What somebody has begun stays hers, if only a draft, or a date that was talked about.
    begun = (
        exists().where(one.plan_item_id == PlanItem.id)
        for one in (Submission, EvidenceDraft, EvidenceFile, Extension)
    )
    await db.execute(
        delete(PlanItem)
        .where(here, PlanItem.state == ItemState.OPEN, PlanItem.milestone_id.in_(elsewhere))
        .where(*(~one for one in begun))
        .execution_options(synchronize_session=False)
    )
