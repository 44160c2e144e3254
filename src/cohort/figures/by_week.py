"""The plans of cohorts by week, in three statements however many people and cohorts there are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DateTime,
    Select,
    Subquery,
    Uuid,
    any_,
    case,
    column,
    func,
    literal,
    select,
    values,
)
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.figures.burn_up import ItemsCounted, PeopleCounted, WeekCounted, by_week
from cohort.figures.narrowing import in_circle
from cohort.figures.weeks import CohortWeek, begun, weeks_away, weeks_of
from cohort.schedules.models import Absence
from cohort.study.models import PlanItem


def weeks_in(cohort: Cohort) -> list[CohortWeek]:
    return weeks_of(cohort.starts_on, cohort.ends_on, cohort.time_zone)


async def weeks_counted(
    db: AsyncSession,
    cohorts: Sequence[Cohort],
    *,
    now: datetime,
    circle: UUID | None = None,
) -> dict[UUID, list[WeekCounted]]:
    """By cohort. People who have left are in none of it; nor, for a week, are those away in it."""
    weeks = {one.id: weeks_in(one) for one in cohorts}
    away = await _away(db, weeks, circle)
    people = _people(weeks, list(away), circle)
    counted: dict[UUID, list[PeopleCounted]] = defaultdict(list)
    for cohort_id, *group in await db.execute(_how_many(people)):
        counted[cohort_id].append(PeopleCounted(*group))
    items: dict[UUID, list[ItemsCounted]] = defaultdict(list)
    for cohort_id, *group in await db.execute(_items(people)):
        items[cohort_id].append(ItemsCounted(*group))
    return {
        one.id: by_week(
            items[one.id],
            counted[one.id],
            away,
            weeks=len(weeks[one.id]),
            begun=begun(weeks[one.id], now),
        )
        for one in cohorts
    }


async def _away(
    db: AsyncSession, weeks: Mapping[UUID, Sequence[CohortWeek]], circle: UUID | None
) -> dict[UUID, set[int]]:
    """By enrolment, the weeks that somebody told to be away for, from 0."""
    spans: dict[tuple[UUID, UUID], list[tuple[date, date]]] = defaultdict(list)
    told = select(Enrolment.cohort_id, Enrolment.id, Absence.first_day, Absence.last_day)
    told = told.join(Absence, Absence.enrolment_id == Enrolment.id)
    for cohort_id, its_id, *span in await db.execute(
        told.where(
            Enrolment.cohort_id.in_(list(weeks)),
            Enrolment.state == EnrolmentState.ACTIVE,
            in_circle(circle),
        )
    ):
        spans[cohort_id, its_id].append((span[0], span[1]))
    found = {its_id: weeks_away(weeks[of], each) for (of, its_id), each in spans.items()}
    return {its_id: gone for its_id, gone in found.items() if gone}


def _people(
    weeks: Mapping[UUID, Sequence[CohortWeek]], away: Sequence[UUID], circle: UUID | None
) -> Subquery:
    """Everyone with a seat, with the week of joining; `whom` is there for those who were away."""
    ends = ARRAY(DateTime(timezone=True))
    calendar = values(column("cohort_id", Uuid()), column("ends", ends), name="calendar").data(
        [(its_id, [week.ends_at for week in its]) for its_id, its in weeks.items()]
    )
    was_away = Enrolment.id == any_(literal(list(away), ARRAY(Uuid)))
    return (
        select(
            Enrolment.id,
            Enrolment.cohort_id,
            func.width_bucket(Enrolment.created_at, calendar.c.ends).label("joined"),
            case((was_away, Enrolment.id)).label("whom"),
            calendar.c.ends,
        )
        .join(calendar, calendar.c.cohort_id == Enrolment.cohort_id)
        .where(Enrolment.state == EnrolmentState.ACTIVE, in_circle(circle))
        .subquery("studying")
    )


def _how_many(people: Subquery) -> Select[*tuple[Any, ...]]:
    group = (people.c.cohort_id, people.c.joined, people.c.whom)
    return select(*group, func.count()).group_by(*group)


def _items(people: Subquery) -> Select[*tuple[Any, ...]]:
    """Weeks are found by their ends, which know the clock changes; null stays null."""
    handed_in_at = func.coalesce(PlanItem.handed_in_at, PlanItem.passed_at)
    group = (
        people.c.cohort_id,
        people.c.joined,
        people.c.whom,
        func.width_bucket(PlanItem.due_at, people.c.ends).label("due"),
        func.width_bucket(handed_in_at, people.c.ends).label("handed_in"),
        func.width_bucket(PlanItem.passed_at, people.c.ends).label("passed"),
    )
    return (
        select(*group, func.count())
        .select_from(people)
        .join(PlanItem, PlanItem.enrolment_id == people.c.id)
        .group_by(*group)
    )
