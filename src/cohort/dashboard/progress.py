"""The people of a cohort, and how far each of them is with each section of the guide."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, Subquery, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager

from cohort.cohorts.models import Cohort, Enrolment
from cohort.dashboard.figures import ACTIVE, name_of_mentor
from cohort.figures.sections import SectionColumn
from cohort.mentorships.models import Mentorship
from cohort.people.models import Person
from cohort.study.models import ItemState, PlanItem
from cohort.study.progress import counts_of


@dataclass(frozen=True, slots=True)
class Researcher:
    enrolment: Enrolment
    total: int
    passed: int
    late: int
    """Milestones past their date and not yet handed in."""
    mentor: str | None


def _plans(people: Select[UUID], now: datetime) -> Subquery:
    owed = PlanItem.state.in_([ItemState.OPEN, ItemState.AGAIN])
    return (
        select(
            PlanItem.enrolment_id,
            func.count().label("total"),
            func.count().filter(PlanItem.state == ItemState.PASSED).label("passed"),
            func.count().filter(owed, PlanItem.due_at < now).label("late"),
        )
        .where(PlanItem.enrolment_id.in_(people))
        .group_by(PlanItem.enrolment_id)
        .subquery()
    )


async def all_researchers_of(
    db: AsyncSession, cohort: Cohort, *, now: datetime, at_once: int = 200
) -> AsyncGenerator[list[Researcher]]:
    """By name, a part at a time: a cursor of the database holds the rest."""
    people = select(Enrolment.id).where(Enrolment.cohort_id == cohort.id, ACTIVE)
    plans = _plans(people, now)
    counts = (func.coalesce(one, 0) for one in (plans.c.total, plans.c.passed, plans.c.late))
    statement = (
        select(Enrolment, *counts, name_of_mentor(Mentorship, Mentorship.ended_at.is_(None)))
        .join(Enrolment.person)
        .outerjoin(plans, plans.c.enrolment_id == Enrolment.id)
        .where(Enrolment.id.in_(people))
        .order_by(func.lower(Person.name), Enrolment.id)
        .options(contains_eager(Enrolment.person))
    )
    result = await db.stream(statement.execution_options(yield_per=at_once))
    async for rows in result.partitions():
        yield [Researcher(*row) for row in rows]


async def cells_of(
    db: AsyncSession,
    enrolments: Sequence[UUID],
    columns: Sequence[SectionColumn],
    *,
    now: datetime,
) -> list[list[float | None]]:
    """Rows of shares in [0, 1] for the heat map; None where a plan asks nothing."""
    counts = await counts_of(db, enrolments, now=now)

    def share(enrolment_id: UUID, section_id: UUID) -> float | None:
        found = counts.get(enrolment_id, {}).get(section_id)
        return found.passed / found.total if found else None

    return [[share(one, column.section_id) for column in columns] for one in enrolments]
