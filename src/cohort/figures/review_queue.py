"""What waits for a review, and how long people have waited for a first word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DateTime,
    Float,
    Select,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.figures.by_week import weeks_in
from cohort.figures.durations import FEW
from cohort.figures.narrowing import in_circle
from cohort.figures.weeks import CohortWeek, begun
from cohort.guides.models import Milestone
from cohort.people.models import Person
from cohort.study.models import ItemState, PlanItem
from cohort.study.waiting import newest_at

DAY = timedelta(days=1)
LONGEST_SHOWN = 10
AGES = ((0, 1), (1, 3), (3, 7), (7, 14), (14, None))
"""Days from and to; the last has no end."""


@dataclass(frozen=True, slots=True)
class AgeCounted:
    from_days: int
    to_days: int | None
    waiting: int


@dataclass(frozen=True, slots=True)
class LongestWaiting:
    """Evidence that waits for a review, by whoever handed it in."""

    enrolment_id: UUID
    item_id: UUID
    name: str
    milestone: str
    handed_in_at: datetime
    """This version of it."""


@dataclass(frozen=True, slots=True)
class FirstVerdicts:
    """Of what was handed in for the first time in a week."""

    week: CohortWeek
    handed_in: int
    judged: int
    half_days: float | None
    """By when half had a verdict, in days; None of few, or while fewer than half have one."""

    @property
    def waiting(self) -> int:
        return self.handed_in - self.judged


@dataclass(frozen=True, slots=True)
class ReviewQueue:
    waiting: int
    ages: Sequence[AgeCounted]
    longest: Sequence[LongestWaiting]
    weeks: Sequence[FirstVerdicts]


async def review_queue_of(
    db: AsyncSession, cohort: Cohort, *, now: datetime, circle: UUID | None = None
) -> ReviewQueue:
    """Three statements, whatever waits."""
    by_age = await db.execute(_waiting(cohort.id, now, circle))
    waiting = {place: count for place, count in by_age}  # noqa: C416
    ages = [
        AgeCounted(low, high, waiting.get(len(AGES) - 1 - place, 0))
        for place, (low, high) in enumerate(AGES)
    ]
    longest = [LongestWaiting(*row) for row in await db.execute(_longest(cohort.id, circle))]
    weeks = weeks_in(cohort)
    found = {week: rest for week, *rest in await db.execute(_verdicts(cohort.id, weeks, circle))}
    told = [_week(week, found.get(place)) for place, week in enumerate(weeks[: begun(weeks, now)])]
    return ReviewQueue(sum(waiting.values()), ages, longest, told)


def _week(week: CohortWeek, found: Sequence[Any] | None) -> FirstVerdicts:
    if found is None:
        return FirstVerdicts(week, 0, 0, None)
    handed_in, judged, half = found
    told = half is not None and half != float("inf") and handed_in >= FEW
    return FirstVerdicts(week, handed_in, judged, half / DAY.total_seconds() if told else None)


def _in_queue(cohort_id: UUID, circle: UUID | None, *columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .join(PlanItem, PlanItem.enrolment_id == Enrolment.id)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE)
        .where(in_circle(circle))
        .where(PlanItem.state == ItemState.SUBMITTED)
    )


def _waiting(cohort_id: UUID, now: datetime, circle: UUID | None) -> Select[*tuple[Any, ...]]:
    """How many of each age, the oldest at place 0."""
    ends = [now - low * DAY for low, _ in reversed(AGES) if low]
    place = func.width_bucket(newest_at(), literal(ends, ARRAY(DateTime(timezone=True))))
    its = _in_queue(cohort_id, circle, place.label("place"), func.count()).select_from(Enrolment)
    return its.group_by(place)


def _longest(cohort_id: UUID, circle: UUID | None) -> Select[*tuple[Any, ...]]:
    """Put in order by an index alone; then ten have names."""
    in_queue = _in_queue(cohort_id, circle, PlanItem.id, newest_at().label("at"))
    first = in_queue.select_from(Enrolment).order_by("at", PlanItem.id).limit(LONGEST_SHOWN)
    longest = first.subquery("longest")
    return (
        select(Enrolment.id, PlanItem.id, Person.name, Milestone.title, longest.c.at)
        .join(PlanItem, PlanItem.id == longest.c.id)
        .join(PlanItem.enrolment)
        .join(Enrolment.person)
        .join(PlanItem.milestone)
        .order_by(longest.c.at, PlanItem.id)
    )


def _verdicts(
    cohort_id: UUID, weeks: Sequence[CohortWeek], circle: UUID | None
) -> Select[*tuple[Any, ...]]:
    """What has no verdict yet takes longer than all that has one."""
    ends = literal([week.ends_at for week in weeks], ARRAY(DateTime(timezone=True)))
    week = func.width_bucket(PlanItem.handed_in_at, ends).label("week")
    seconds = func.date_part("epoch", PlanItem.judged_at - PlanItem.handed_in_at)
    or_never = func.coalesce(seconds, cast(literal("infinity"), Float))
    return (
        select(
            week,
            func.count(),
            func.count(PlanItem.judged_at),
            func.percentile_disc(0.5).within_group(or_never),
        )
        .select_from(Enrolment)
        .join(PlanItem, PlanItem.enrolment_id == Enrolment.id)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE)
        .where(in_circle(circle))
        .where(PlanItem.handed_in_at.is_not(None))
        .group_by(week)
    )
