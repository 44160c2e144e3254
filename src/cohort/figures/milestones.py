"""How long each milestone takes the people of a cohort, and where they stand still."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, and_, cast, func, literal, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.figures.durations import Quantiles, at_least, days_until_done
from cohort.figures.narrowing import in_circle
from cohort.guides.models import Milestone, Section
from cohort.study.models import ItemState, PlanItem

BEGINS_BEFORE = timedelta(hours=7 * 24)
"""A milestone's clock begins a week before its date in her plan, or when she joined, if later.

In hours: a week of the calendar would have PostgreSQL look up a time zone for each item."""
STUCK_SHOWN = 3
OWED = (ItemState.OPEN, ItemState.AGAIN)


@dataclass(frozen=True, slots=True)
class MilestoneCounted:
    milestone_id: UUID
    title: str
    section: str
    is_optional: bool
    begun: int
    """People whose clock has begun, passed or not; who passed it sooner counts too."""
    passed: int
    waiting: int
    """For a review."""
    overdue: int
    """Past the date, and the next step is hers."""
    stand_here: int
    """Of those the ones for whom it is the first that is overdue."""
    sent_back: int
    """People of whom another version was asked at least once."""
    open_days: int | None
    """The median of how long those who have not passed it are at it."""
    days: Quantiles

    @property
    def certain(self) -> float:
        """The share that stands here, as far as so few people tell: what the rank goes by."""
        return at_least(self.stand_here, self.begun)

    @property
    def open(self) -> int:
        return self.begun - self.passed


async def milestones_of(
    db: AsyncSession, cohort: Cohort, *, now: datetime, circle: UUID | None = None
) -> list[MilestoneCounted]:
    """In the guide's order; three statements, however many people and milestones there are."""
    titles = (await db.execute(_titles(cohort.guide_id))).all()
    overdue_first = await db.execute(_first_overdue(cohort.id, now, circle))
    stand = {its_id: count for its_id, count in overdue_first}  # noqa: C416
    done: dict[UUID, Counter[int]] = defaultdict(Counter)
    still: dict[UUID, Counter[int]] = defaultdict(Counter)
    sums: dict[UUID, Counter[str]] = defaultdict(Counter)
    for its_id, state, days, people, sent_back, overdue in await db.execute(
        _days(cohort.id, now, circle)
    ):
        (done if state == ItemState.PASSED else still)[its_id][days] += people
        sums[its_id][state] += people
        sums[its_id]["sent_back"] += sent_back
        sums[its_id]["overdue"] += overdue
    return [
        MilestoneCounted(
            milestone_id=row.id,
            title=row.title,
            section=row.section,
            is_optional=row.is_optional,
            begun=(done[row.id] + still[row.id]).total(),
            passed=done[row.id].total(),
            waiting=sums[row.id][ItemState.SUBMITTED],
            overdue=sums[row.id]["overdue"],
            stand_here=stand.get(row.id, 0),
            sent_back=sums[row.id]["sent_back"],
            open_days=_middle(still[row.id]),
            days=days_until_done(done[row.id], still[row.id]),
        )
        for row in titles
        if row.retired_at is None or sums[row.id]
    ]


def stuck(milestones: Sequence[MilestoneCounted]) -> list[MilestoneCounted]:
    """Where most people stand for certain, the gravest first; nobody stands at what is optional."""
    found = [one for one in milestones if one.stand_here and not one.is_optional]
    return sorted(found, key=lambda one: (-one.certain, -one.stand_here))[:STUCK_SHOWN]


def _middle(days: Counter[int]) -> int | None:
    """The lower median, without writing everybody down."""
    before = 0
    for day in sorted(days):
        before += days[day]
        if 2 * before >= days.total():
            return day
    return None


def _titles(guide_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Milestone.id,
            Milestone.title,
            Milestone.is_optional,
            Milestone.retired_at,
            Section.title.label("section"),
        )
        .join(Milestone.section)
        .where(Milestone.guide_id == guide_id)
        .order_by(Section.position, Milestone.position)
    )


def _days(cohort_id: UUID, now: datetime, circle: UUID | None) -> Select[*tuple[Any, ...]]:
    """Whole days from the beginning of the clock to passing, or to now, and how many people."""
    begins_at = func.greatest(PlanItem.due_at - BEGINS_BEFORE, Enrolment.created_at)
    until = func.coalesce(PlanItem.passed_at, literal(now))
    days = func.greatest(cast(func.date_part("day", until - begins_at), Integer), 0)
    has_begun = and_(PlanItem.due_at <= now + BEGINS_BEFORE, Enrolment.created_at <= now)
    is_overdue = and_(PlanItem.state.in_(OWED), PlanItem.due_at <= now)
    group = (PlanItem.milestone_id, PlanItem.state, days.label("days"))
    return (
        select(
            *group,
            func.count(),
            func.count().filter(PlanItem.versions > 1),
            func.count().filter(is_overdue),
        )
        .select_from(Enrolment)
        .join(PlanItem, PlanItem.enrolment_id == Enrolment.id)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE)
        .where(in_circle(circle))
        .where(has_begun | PlanItem.passed_at.is_not(None))
        .group_by(*group)
    )


def _first_overdue(cohort_id: UUID, now: datetime, circle: UUID | None) -> Select[*tuple[Any, ...]]:
    """Each counts once, at the first milestone that keeps her; a step of an index for each."""
    first = (
        select(PlanItem.milestone_id)
        .where(PlanItem.enrolment_id == Enrolment.id, PlanItem.state.in_(OWED))
        .where(PlanItem.due_at <= now)
        .order_by(PlanItem.due_at, PlanItem.position)
        .limit(1)
        .lateral()
    )
    return (
        select(first.c.milestone_id, func.count())
        .select_from(Enrolment)
        .join(first, true())
        .where(Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE)
        .where(in_circle(circle))
        .group_by(first.c.milestone_id)
    )
