"""What is known of the plans of a cohort at a moment, in one statement however many there are."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Float, Select, Subquery, and_, case, cast, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.forecasts.models import StudyNudge
from cohort.forecasts.outlook import WEEK, StudyFacts
from cohort.forecasts.pace import HALF_LIFE
from cohort.guides.models import Milestone
from cohort.people.models import Person
from cohort.study.models import ItemState, PlanItem, Review, Submission

SOON = timedelta(days=14)


def begins_at(cohort: Cohort) -> datetime:
    return datetime.combine(cohort.starts_on, time(), ZoneInfo(cohort.time_zone))


def ends_at(cohort: Cohort) -> datetime:
    """The end of its last day."""
    after = cohort.ends_on + timedelta(days=1)
    return datetime.combine(after, time(), ZoneInfo(cohort.time_zone))


async def works(
    db: AsyncSession, cohort: Cohort, *, at: datetime, of: UUID | None = None
) -> Sequence[StudyFacts]:
    """Everyone with a seat and a plan, in the order of joining, as of then; or only one of them.

    Work is done when its newest version was handed in, unless that was sent back: waiting for a
    review is nobody's pace.
    """
    only = true() if of is None else Enrolment.id == of
    rows = await db.execute(_statement(cohort.id, at, only))
    first = begins_at(cohort)
    return [
        StudyFacts(
            enrolment_id=row.id,
            name=row.name,
            began_at=max(first, row.created_at),
            items=row.items,
            hours=float(row.hours),
            hours_done=float(row.hours_done),
            hours_lately=float(row.hours_lately),
            hours_asked=float(row.hours_asked),
            hours_asked_lately=float(row.hours_asked_lately),
            hours_soon=float(row.hours_soon),
            last_due_at=row.last_due_at,
            late=row.late,
            handed_in_at=row.handed_in_at,
            sent_back_at=row.sent_back_at,
            nudged_at=row.nudged_at,
        )
        for row in rows
    ]


def _moments_of_versions(cohort_id: UUID, at: datetime, only: ColumnElement[bool]) -> Subquery:
    """Of what was handed in more than once, whose moments do not stand with the item."""
    return (
        select(
            Submission.plan_item_id,
            func.max(Submission.submitted_at).label("at"),
            func.max(Review.reviewed_at).label("reviewed_at"),
        )
        .join(Submission.plan_item)
        .join(PlanItem.enrolment)
        .outerjoin(Review, Review.submission_id == Submission.id)
        .where(Enrolment.cohort_id == cohort_id, only, Submission.submitted_at <= at)
        .where(PlanItem.versions > 1)
        .group_by(Submission.plan_item_id)
        .subquery()
    )


def _statement(
    cohort_id: UUID, at: datetime, only: ColumnElement[bool]
) -> Select[*tuple[Any, ...]]:
    again = _moments_of_versions(cohort_id, at, only)
    # Most have one version only, whose moments stand with the item.
    is_one = and_(PlanItem.versions <= 1, PlanItem.handed_in_at <= at)
    newest_at = case((is_one, PlanItem.handed_in_at), else_=again.c.at)
    reviewed_at = case((is_one, PlanItem.judged_at), else_=again.c.reviewed_at)
    done_at = func.coalesce(newest_at, PlanItem.passed_at)
    is_handed_in = PlanItem.state.in_([ItemState.SUBMITTED, ItemState.PASSED])
    is_done = and_(is_handed_in, done_at <= at)
    is_due = PlanItem.due_at <= at
    is_soon = PlanItem.due_at <= at + SOON

    def hours(which: ColumnElement[bool], of: Any = Milestone.hours) -> Any:
        return func.coalesce(func.sum(of).filter(which), 0)

    def lately(since: Any) -> Any:
        half_lives = func.extract("epoch", at - since) / (HALF_LIFE * WEEK.total_seconds())
        # What lies ahead is not summed up, but PostgreSQL may work it out all the same.
        return Milestone.hours * func.power(0.5, cast(func.greatest(half_lives, 0), Float))

    is_sent_back = PlanItem.state == ItemState.AGAIN
    # Summed up before there are names: by all of these, 2,000 plans would be sorted on disk.
    sums = (
        select(
            PlanItem.enrolment_id,
            func.count().label("items"),
            func.sum(Milestone.hours).label("hours"),
            hours(is_done).label("hours_done"),
            hours(is_done, lately(done_at)).label("hours_lately"),
            hours(is_due).label("hours_asked"),
            hours(is_due, lately(PlanItem.due_at)).label("hours_asked_lately"),
            hours(and_(~is_done, is_soon)).label("hours_soon"),
            func.count().filter(~is_done, is_due).label("late"),
            func.max(PlanItem.due_at).label("last_due_at"),
            func.max(newest_at).label("handed_in_at"),
            func.min(reviewed_at).filter(is_sent_back).label("sent_back_at"),
        )
        .join(PlanItem.enrolment)
        .join(PlanItem.milestone)
        .outerjoin(again, again.c.plan_item_id == PlanItem.id)
        .where(Enrolment.cohort_id == cohort_id, only, Enrolment.state == EnrolmentState.ACTIVE)
        .group_by(PlanItem.enrolment_id)
        .subquery()
    )
    told = [one for one in sums.c if one is not sums.c.enrolment_id]
    return (
        select(Enrolment.id, Person.name, Enrolment.created_at, *told, StudyNudge.nudged_at)
        .join(Enrolment.person)
        .join(sums, sums.c.enrolment_id == Enrolment.id)
        .outerjoin(StudyNudge, StudyNudge.enrolment_id == Enrolment.id)
        .order_by(Enrolment.created_at, Enrolment.id)
    )
