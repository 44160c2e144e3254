"""The plans of cohorts by week, in four statements however many people and cohorts there are."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DateTime,
    Integer,
    Select,
    Subquery,
    Uuid,
    column,
    func,
    literal,
    literal_column,
    select,
    values,
)
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.db import Prepared, given
from cohort.figures.burn_up import AwayCounted, ItemsCounted, PeopleCounted, WeekCounted, by_week
from cohort.figures.narrowing import in_circle
from cohort.figures.schemas import WeekFigureOut
from cohort.figures.weeks import CohortWeek, begun, weeks_away, weeks_of
from cohort.schedules.models import Absence
from cohort.study.models import PlanItem

Weeks = Mapping[UUID, Sequence[CohortWeek]]
"""By cohort."""
INSTANT = DateTime(timezone=True)
KEPT_APART: Any = literal_column("0")
"""An OFFSET that keeps a subquery as it is. PostgreSQL sees that all weeks there are make few
groups; of the moments themselves, it would take each for a group of its own, and sort them."""
HANDED_IN_AT = func.coalesce(PlanItem.handed_in_at, PlanItem.passed_at)


def weeks_in(cohort: Cohort) -> list[CohortWeek]:
    return weeks_of(cohort.starts_on, cohort.ends_on, cohort.time_zone)


def week_figures(cohort: Cohort, counted: Sequence[WeekCounted]) -> list[WeekFigureOut]:
    pairs = zip(weeks_in(cohort), counted, strict=True)
    return [_week_figure(week, one) for week, one in pairs]


def _week_figure(week: CohortWeek, one: WeekCounted) -> WeekFigureOut:
    return WeekFigureOut(
        week=week.number,
        begins_on=week.begins_on,
        ends_on=week.ends_on,
        people=one.people,
        items=one.items,
        planned=one.planned,
        handed_in=one.handed_in,
        passed=one.passed,
        planned_share=one.share(one.planned),
        handed_in_share=one.share(one.handed_in),
        passed_share=one.share(one.passed),
    )


async def weeks_counted(
    db: AsyncSession,
    cohorts: Sequence[Cohort],
    *,
    now: datetime,
    circle: UUID | None = None,
) -> dict[UUID, list[WeekCounted]]:
    """By cohort. People who have left are in none of it; nor, for a week, are those away in it."""
    weeks = {one.id: weeks_in(one) for one in cohorts}
    which = {"cohorts": len(cohorts), "in_one_circle": circle is not None}
    asked = {"circle": circle} | _calendar(weeks)
    counted: dict[UUID, list[PeopleCounted]] = defaultdict(list)
    for cohort_id, *group in await _how_many(**which).rows(db, **asked):
        counted[cohort_id].append(PeopleCounted(*group))
    items: dict[UUID, list[ItemsCounted]] = defaultdict(list)
    for cohort_id, *items_group in await _items(**which).rows(db, **asked):
        items[cohort_id].append(ItemsCounted(*items_group))
    away = await _away(db, weeks, circle)
    return {
        one.id: by_week(
            items[one.id],
            counted[one.id],
            away[one.id],
            weeks=len(weeks[one.id]),
            begun=begun(weeks[one.id], now),
        )
        for one in cohorts
    }


async def _away(
    db: AsyncSession, weeks: Weeks, circle: UUID | None
) -> dict[UUID, list[AwayCounted]]:
    """By cohort and week, those who told that they are away for all of it."""
    spans: dict[tuple[UUID, UUID, datetime], list[tuple[date, date]]] = defaultdict(list)
    told = select(
        Enrolment.cohort_id,
        Enrolment.id,
        Enrolment.created_at,
        Absence.first_day,
        Absence.last_day,
    ).join(Absence, Absence.enrolment_id == Enrolment.id)
    for cohort_id, its_id, joined_at, first, last in await db.execute(
        told.where(
            Enrolment.cohort_id.in_(list(weeks)),
            Enrolment.state == EnrolmentState.ACTIVE,
            in_circle(circle),
        )
    ):
        spans[cohort_id, its_id, joined_at].append((first, last))
    gone = [
        (cohort_id, its_id, week, weeks[cohort_id][week].ends_at)
        for (cohort_id, its_id, joined_at), each in spans.items()
        for week in weeks_away(weeks[cohort_id], each)
        if joined_at < weeks[cohort_id][week].ends_at
    ]
    people = Counter((cohort_id, week) for cohort_id, _, week, _ in gone)
    found = {(row[0], row[1]): row[2:] for row in await db.execute(_items_away(gone))}
    counted: dict[UUID, list[AwayCounted]] = defaultdict(list)
    for (cohort_id, week), count in people.items():
        counts = found.get((cohort_id, week), (0, 0, 0, 0))
        counted[cohort_id].append(AwayCounted(week, count, *counts))
    return counted


def _items_away(
    gone: Sequence[tuple[UUID, UUID, int, datetime]],
) -> Select[*tuple[Any, ...]]:
    """The items of those who are away in a week, and what is behind them by its end."""
    cohort_ids, ids, places, ends = (
        ([*one] for one in zip(*gone, strict=True)) if gone else [[]] * 4
    )
    away = (
        func.unnest(
            literal(cohort_ids, ARRAY(Uuid)),
            literal(ids, ARRAY(Uuid)),
            literal(places, ARRAY(Integer)),
            literal(ends, ARRAY(INSTANT)),
        )
        .table_valued(
            column("cohort_id", Uuid()),
            column("enrolment_id", Uuid()),
            column("week", Integer()),
            column("ends_at", INSTANT),
            name="away",
        )
        .render_derived()
    )
    group = (away.c.cohort_id, away.c.week)
    return (
        select(
            *group,
            func.count(),
            func.count().filter(PlanItem.due_at < away.c.ends_at),
            func.count().filter(away.c.ends_at > HANDED_IN_AT),
            func.count().filter(PlanItem.passed_at < away.c.ends_at),
        )
        .select_from(away)
        .join(PlanItem, PlanItem.enrolment_id == away.c.enrolment_id)
        .group_by(*group)
    )


def _calendar(weeks: Weeks) -> dict[str, Any]:
    """The values that `_people` asks for."""
    ids = {f"cohort_{at}": its_id for at, its_id in enumerate(weeks)}
    ends = {f"ends_{at}": [week.ends_at for week in its] for at, its in enumerate(weeks.values())}
    return ids | ends


def _people(*, cohorts: int, in_one_circle: bool) -> Subquery:
    """Everyone with a seat, with the week of joining and the ends of the cohort's weeks."""
    calendar = values(
        column("cohort_id", Uuid()), column("ends", ARRAY(INSTANT)), name="calendar"
    ).data(
        [
            (given(f"cohort_{at}", Uuid()), given(f"ends_{at}", ARRAY(INSTANT)))
            for at in range(cohorts)
        ]
    )
    return (
        select(
            Enrolment.id,
            Enrolment.cohort_id,
            func.width_bucket(Enrolment.created_at, calendar.c.ends).label("joined"),
            calendar.c.ends,
        )
        .join(calendar, calendar.c.cohort_id == Enrolment.cohort_id)
        .where(
            Enrolment.state == EnrolmentState.ACTIVE,
            in_circle(given("circle", Uuid()) if in_one_circle else None),
        )
        .subquery("studying")
    )


@cache
def _how_many(*, cohorts: int, in_one_circle: bool) -> Prepared:
    """SQLAlchemy would compile this statement and the next for each request: it keeps none that has
    rows of values."""
    people = _people(cohorts=cohorts, in_one_circle=in_one_circle)
    group = (people.c.cohort_id, people.c.joined)
    return Prepared(select(*group, func.count()).group_by(*group))


@cache
def _items(*, cohorts: int, in_one_circle: bool) -> Prepared:
    """Weeks are found by their ends, which know the clock changes; null stays null."""
    people = _people(cohorts=cohorts, in_one_circle=in_one_circle)
    placed = (
        select(
            people.c.cohort_id,
            people.c.joined,
            func.width_bucket(PlanItem.due_at, people.c.ends).label("due"),
            func.width_bucket(HANDED_IN_AT, people.c.ends).label("handed_in"),
            func.width_bucket(PlanItem.passed_at, people.c.ends).label("passed"),
        )
        .join(PlanItem, PlanItem.enrolment_id == people.c.id)
        .offset(KEPT_APART)
        .subquery("placed")
    )
    return Prepared(select(*placed.c, func.count()).group_by(*placed.c))
