"""What is known of the plans of a cohort at a moment, in one statement however many there are."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import cache
from math import log
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Float,
    FromClause,
    Subquery,
    Uuid,
    case,
    cast,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.db import Prepared, given
from cohort.forecasts.models import StudyNudge
from cohort.forecasts.outlook import WEEK, StudyFacts
from cohort.forecasts.pace import HALF_LIFE
from cohort.guides.models import Milestone
from cohort.people.models import Person
from cohort.study.models import ItemState, PlanItem, Review, Submission

SOON = timedelta(days=14)
AT = given("at", DateTime(timezone=True))
UNTIL = given("until", DateTime(timezone=True))
"""`SOON` after that; given, as PostgreSQL would add days to a moment once more for each item."""
SECONDS = given("seconds", Float())
"""`AT` as seconds since 1970."""


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
    moments = {"at": at, "until": at + SOON, "seconds": at.timestamp()}
    rows = await _plans(of_one=of is not None).rows(db, cohort_id=cohort.id, of=of, **moments)
    first = begins_at(cohort).astimezone(UTC)
    return [
        StudyFacts(its_id, name, max(first, joined_at), *facts)
        for its_id, name, joined_at, *facts in rows
    ]


@cache
def _plans(*, of_one: bool) -> Prepared:
    sums = _sums(_items())
    of_cohort = (
        select(Enrolment.id, Person.name, Enrolment.created_at, *sums.c, StudyNudge.nudged_at)
        .join(Enrolment.person)
        .join(sums, true())
        .outerjoin(StudyNudge, StudyNudge.enrolment_id == Enrolment.id)
        .where(Enrolment.cohort_id == given("cohort_id", Uuid()))
        .where(Enrolment.state == EnrolmentState.ACTIVE)
        .order_by(Enrolment.created_at, Enrolment.id)
    )
    return Prepared(of_cohort.where(Enrolment.id == given("of", Uuid())) if of_one else of_cohort)


def _items() -> Subquery:
    """Of one plan: hours, dates, and what was done by then."""
    versions = PlanItem.versions
    before = (Submission.plan_item_id == PlanItem.id, Submission.submitted_at <= AT)
    newest = select(func.max(Submission.submitted_at)).where(*before).scalar_subquery()
    reviewed = (
        select(func.max(Review.reviewed_at))
        .join(Submission, Submission.id == Review.submission_id)
        .where(*before)
        .scalar_subquery()
    )
    # Most have one version only, whose moments stand with the item.
    first_at = case((PlanItem.handed_in_at <= AT, PlanItem.handed_in_at))
    judged_at = case((PlanItem.handed_in_at <= AT, PlanItem.judged_at))
    newest_at = case((versions <= 1, first_at), else_=newest)
    reviewed_at = case((versions <= 1, judged_at), else_=reviewed)
    is_begun = or_(PlanItem.handed_in_at.is_not(None), PlanItem.passed_at.is_not(None))
    is_handed_in = PlanItem.state.in_([ItemState.SUBMITTED, ItemState.PASSED])
    return (
        select(
            Milestone.hours,
            PlanItem.due_at,
            newest_at.label("newest_at"),
            # First by what is cheaper to see: of most items nothing was handed in yet.
            case(
                (is_begun, case((is_handed_in, func.coalesce(newest_at, PlanItem.passed_at))))
            ).label("done_at"),
            case((PlanItem.state == ItemState.AGAIN, reviewed_at)).label("sent_back_at"),
        )
        .join(PlanItem.milestone)
        .where(PlanItem.enrolment_id == Enrolment.id)
        .correlate(Enrolment)
        # Keeps PostgreSQL from working these out once more for each of the sums.
        .offset(0)
        .subquery()
    )


def _sums(items: Subquery) -> FromClause:
    """Of each plan by itself: sorted or hashed together, 120,000 items take twice as long.

    Named and in the order of `StudyFacts`.
    """
    its = items.c
    is_due, is_done = its.due_at <= AT, its.done_at <= AT
    is_open = is_done.is_not(true())

    def hours(which: ColumnElement[bool], of: Any = its.hours) -> Any:
        return cast(func.coalesce(func.sum(of).filter(which), 0), Float)

    def lately(since: ColumnElement[Any]) -> Any:
        # As `date_part`, which has floats: `extract` has decimals, which are slow. What lies ahead
        # is not summed up, but PostgreSQL may work it out all the same.
        age = func.least(func.date_part("epoch", since) - SECONDS, 0)
        return its.hours * func.exp(age * (log(2) / (HALF_LIFE * WEEK.total_seconds())))

    return (
        select(
            func.count().label("items"),
            cast(func.sum(its.hours), Float).label("hours"),
            hours(is_done).label("hours_done"),
            hours(is_done, lately(its.done_at)).label("hours_lately"),
            hours(is_due).label("hours_asked"),
            hours(is_due, lately(its.due_at)).label("hours_asked_lately"),
            hours(is_open & (its.due_at <= UNTIL)).label("hours_soon"),
            func.max(its.due_at).label("last_due_at"),
            func.count().filter(is_open, is_due).label("late"),
            func.max(its.newest_at).label("handed_in_at"),
            func.min(its.sent_back_at).label("sent_back_at"),
        )
        .having(func.count() > 0)
        .lateral()
    )
