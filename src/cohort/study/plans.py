"""Reading plans: one researcher's, and one item of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Cohort, Enrolment
from cohort.errors import NotFound
from cohort.guides.models import Milestone, Term, TermKind
from cohort.http.paging import Page, Slice, page_along
from cohort.people.models import Person
from cohort.study import policy
from cohort.study.models import ItemState, PlanItem, Review, Submission
from cohort.study.rubrics import Rubric

SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Step:
    """An item of a plan, with what the plan as a whole knows of it."""

    item: PlanItem
    newest: Submission | None
    waits_for: Sequence[str]
    is_late: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A researcher's plan, by date."""

    enrolment: Enrolment
    steps: Sequence[Step]
    is_frozen: bool
    due: int
    is_whole: bool = True
    """False where the reader is shown one item only: the mentor, of what was handed in."""

    @property
    def passed(self) -> int:
        return sum(step.item.state == ItemState.PASSED for step in self.steps)

    @property
    def has_two_clocks(self) -> bool:
        """Where the researcher lives, some date of the plan is told differently."""
        own, cohort = (ZoneInfo(of.time_zone) for of in (self.enrolment, self.enrolment.cohort))
        dates = {step.item.due_at for step in self.steps}
        return any(
            at.astimezone(own).utcoffset() != at.astimezone(cohort).utcoffset() for at in dates
        )

    @property
    def next_step(self) -> Step | None:
        """What the researcher can do next: the first that waits for them, by date."""
        to_do = {ItemState.OPEN, ItemState.AGAIN}
        return next((step for step in self.steps if step.item.state in to_do), None)


async def plan_of(db: AsyncSession, actor: Person, enrolment_id: UUID, *, now: datetime) -> Plan:
    """Three statements, however long the plan is."""
    enrolment: Enrolment | None = await db.scalar(
        policy.plans_visible_to(actor)
        .where(Enrolment.id == enrolment_id)
        .options(
            joinedload(Enrolment.person), joinedload(Enrolment.cohort).joinedload(Cohort.guide)
        )
    )
    if enrolment is None:
        raise NotFound
    return await _plan(db, enrolment, now=now)


async def _plan(
    db: AsyncSession, enrolment: Enrolment, *, now: datetime, only: UUID | None = None
) -> Plan:
    """All of it, or one item alone."""
    of_plan = select(PlanItem).where(PlanItem.enrolment_id == enrolment.id)
    found = await db.scalars(
        (of_plan if only is None else of_plan.where(PlanItem.id == only))
        .options(joinedload(PlanItem.milestone).joinedload(Milestone.section))
        .order_by(PlanItem.due_at, PlanItem.position)
    )
    items = found.all()
    newest = await _newest_of(db, enrolment.id)
    unpassed = {i.milestone.slug: i.milestone.title for i in items if i.state != ItemState.PASSED}
    steps = [
        Step(
            item,
            newest.get(item.id),
            [unpassed[slug] for slug in item.milestone.requires if slug in unpassed],
            policy.is_late(item, now),
        )
        for item in items
    ]
    due = sum(item.due_at <= now for item in items)
    return Plan(enrolment, steps, policy.is_frozen(enrolment), due, is_whole=only is None)


async def _newest_of(db: AsyncSession, enrolment_id: UUID) -> dict[UUID, Submission]:
    versions = await db.scalars(
        select(Submission)
        .join(Submission.plan_item)
        .where(PlanItem.enrolment_id == enrolment_id)
        .options(joinedload(Submission.review).joinedload(Review.reviewer))
        .ext(distinct_on(Submission.plan_item_id))
        .order_by(Submission.plan_item_id, Submission.version.desc())
    )
    return {version.plan_item_id: version for version in versions}


async def step_of(
    db: AsyncSession, actor: Person, item_id: UUID, *, now: datetime
) -> tuple[Plan, Step]:
    """One item, with the plan that it belongs to, or as much of it as the actor may read."""
    seen = policy.items_visible_to(actor).where(PlanItem.id == item_id)
    its_plan = seen.with_only_columns(PlanItem.enrolment_id).scalar_subquery()
    found = await db.execute(
        select(Enrolment, policy.reads_plan(actor))
        .where(Enrolment.id == its_plan)
        .options(
            joinedload(Enrolment.person), joinedload(Enrolment.cohort).joinedload(Cohort.guide)
        )
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound
    enrolment, is_whole = row
    plan = await _plan(db, enrolment, now=now, only=None if is_whole else item_id)
    return plan, next(step for step in plan.steps if step.item.id == item_id)


async def versions_of(
    db: AsyncSession, actor: Person, item_id: UUID, part: Slice
) -> Page[Submission]:
    """Everything handed in for an item, the oldest first."""
    if await db.scalar(policy.items_visible_to(actor).where(PlanItem.id == item_id)) is None:
        raise NotFound
    versions = select(Submission).where(Submission.plan_item_id == item_id)
    with_reviews = versions.options(joinedload(Submission.review).joinedload(Review.reviewer))
    return await page_along(db, with_reviews, by=Submission.version, part=part)


async def last_versions(db: AsyncSession, item_id: UUID, *, limit: int) -> Sequence[Submission]:
    """The newest first; for whoever has been let see the item."""
    versions = await db.scalars(
        select(Submission)
        .where(Submission.plan_item_id == item_id)
        .options(joinedload(Submission.review).joinedload(Review.reviewer))
        .order_by(Submission.version.desc())
        .limit(limit)
    )
    return versions.all()


async def place_of(db: AsyncSession, actor: Person, submission_id: UUID) -> UUID:
    """The id of the item that a submission belongs to."""
    seen = policy.submissions_visible_to(actor).where(Submission.id == submission_id)
    item_id: UUID | None = await db.scalar(seen.with_only_columns(Submission.plan_item_id))
    if item_id is None:
        raise NotFound
    return item_id


async def rubric_of(db: AsyncSession, actor: Person, submission_id: UUID) -> Rubric:
    """What the milestone says now."""
    seen = policy.submissions_visible_to(actor).where(Submission.id == submission_id)
    item_id = seen.with_only_columns(Submission.plan_item_id).scalar_subquery()
    of_milestone = select(Milestone.rubric).join(PlanItem, PlanItem.milestone_id == Milestone.id)
    found: Rubric | None = await db.scalar(of_milestone.where(PlanItem.id == item_id))
    if found is None:
        raise NotFound
    return found


async def skill_titles(db: AsyncSession, milestone: Milestone) -> list[str]:
    named = (Term.kind == TermKind.SKILL) & Term.slug.in_(milestone.skills)
    return list(await db.scalars(select(Term.title).where(named).order_by(Term.position)))


def status_of(step: Step, now: datetime) -> tuple[str, str]:
    """The kind of sign, and the words, for where an item stands."""
    match step.item.state:
        case ItemState.PASSED:
            return "ok", "Passed"
        case ItemState.SUBMITTED:
            return "wait", "Waiting for review"
        case ItemState.AGAIN:
            return "warn", "Needs another look" + (", overdue" if step.is_late else "")
    if step.is_late:
        return "bad", "Overdue"
    if step.item.due_at - now <= SOON:
        return "warn", "Due within a week"
    return "quiet", "Not handed in yet"
