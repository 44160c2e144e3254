"""The people of a cohort, and how far each of them is with each section of the guide."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Subquery, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager

from cohort.cohorts.models import Cohort, Enrolment
from cohort.dashboard.figures import ACTIVE, name_of_mentor
from cohort.guides.models import Milestone, Section
from cohort.mentorships.models import Mentorship, Proposal, ProposalState
from cohort.people.models import Person
from cohort.study.models import ItemState, PlanItem, Submission
from cohort.study.progress import counts_of


class Sort(StrEnum):
    NAME = "name"
    PROGRESS = "progress"
    """Who is furthest behind first."""
    HANDED_IN = "handed_in"
    """Who has been quiet the longest first."""
    MENTOR = "mentor"
    """Who has nobody first."""


@dataclass(frozen=True, slots=True)
class Researcher:
    enrolment: Enrolment
    total: int
    passed: int
    late: int
    """Milestones past their date and not yet handed in."""
    handed_in_at: datetime | None
    mentor: str | None
    proposed: str | None


WITH_PERSON = contains_eager(Enrolment.person)


def _everyone(cohort: Cohort) -> Select[UUID]:
    return select(Enrolment.id).where(Enrolment.cohort_id == cohort.id, ACTIVE)


def _plans(people: Select[UUID] | Sequence[UUID], now: datetime) -> Subquery:
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


def _last_handed_in(people: Select[UUID] | Sequence[UUID]) -> Subquery:
    return (
        select(PlanItem.enrolment_id, func.max(Submission.submitted_at).label("at"))
        .join(Submission.plan_item)
        .where(PlanItem.enrolment_id.in_(people))
        .group_by(PlanItem.enrolment_id)
        .subquery()
    )


def _researchers(people: Select[UUID] | Sequence[UUID], sort: Sort, now: datetime) -> Select[Any]:
    """These people in order; PostgreSQL joins only what the columns or the order ask for."""
    plans, last = _plans(people, now), _last_handed_in(people)
    mentor = name_of_mentor(Mentorship, Mentorship.ended_at.is_(None)).label("mentor")
    proposed = name_of_mentor(Proposal, Proposal.state == ProposalState.OPEN).label("proposed")
    total = func.coalesce(plans.c.total, 0)
    passed = func.coalesce(plans.c.passed, 0)
    first: dict[Sort, list[Any]] = {
        Sort.NAME: [],
        Sort.PROGRESS: [passed * 1.0 / func.nullif(total, 0)],
        Sort.HANDED_IN: [last.c.at.asc().nulls_first()],
        Sort.MENTOR: [case((mentor.is_not(None), 2), (proposed.is_not(None), 1), else_=0)],
    }
    return (
        select(
            Enrolment,
            total,
            passed,
            func.coalesce(plans.c.late, 0),
            last.c.at,
            mentor,
            proposed,
        )
        .join(Enrolment.person)
        .outerjoin(plans, plans.c.enrolment_id == Enrolment.id)
        .outerjoin(last, last.c.enrolment_id == Enrolment.id)
        .where(Enrolment.id.in_(people))
        .order_by(*first[sort], func.lower(Person.name), Enrolment.id)
    )


async def researchers_of(
    db: AsyncSession,
    cohort: Cohort,
    *,
    now: datetime,
    sort: Sort = Sort.NAME,
    at_most: int,
    skip: int = 0,
) -> list[Researcher]:
    """One page. Who is on it is found first, as counting for everyone takes long."""
    in_order = _researchers(_everyone(cohort), sort, now).with_only_columns(Enrolment.id)
    page = (await db.scalars(in_order.limit(at_most).offset(skip))).all()
    rows = await db.execute(_researchers(page, sort, now).options(WITH_PERSON))
    return [Researcher(*row) for row in rows]


async def all_researchers_of(
    db: AsyncSession, cohort: Cohort, *, now: datetime, at_once: int = 200
) -> AsyncGenerator[list[Researcher]]:
    """By name, a part at a time: a cursor of the database holds the rest."""
    statement = _researchers(_everyone(cohort), Sort.NAME, now).options(WITH_PERSON)
    result = await db.stream(statement.execution_options(yield_per=at_once))
    async for rows in result.partitions():
        yield [Researcher(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class SectionColumn:
    """A section that has milestones; `number` is its place in the guide, such as 2.1."""

    section_id: UUID
    title: str
    number: str


async def columns_of(db: AsyncSession, cohort: Cohort) -> list[SectionColumn]:
    """The sections in the guide's order. All are read, as the empty ones count in the numbers."""
    worked = select(Milestone.section_id).where(Milestone.guide_id == cohort.guide_id).distinct()
    rows = await db.execute(
        select(Section, Section.id.in_(worked))
        .where(Section.guide_id == cohort.guide_id, Section.retired_at.is_(None))
        .order_by(Section.position)
    )
    found = [(section, has_work) for section, has_work in rows]
    numbers = numbers_of([section.level for section, _ in found])
    return [
        SectionColumn(section.id, section.title, number)
        for (section, has_work), number in zip(found, numbers, strict=True)
        if has_work
    ]


def numbers_of(levels: Sequence[int]) -> list[str]:
    """`1`, `1.1`, `1.2`, `2` … from the levels of headings; a lone title above them all is 0."""
    tops = [level for level in levels if level == min(levels, default=0)]
    base = min(levels, default=1) + (len(tops) == 1 and len(levels) > 1)
    counted: list[int] = []
    numbers = []
    for level in levels:
        depth = level - base
        if depth < 0:
            numbers.append("0")
            continue
        del counted[depth + 1 :]
        counted += [0] * (depth + 1 - len(counted))
        counted[depth] += 1
        numbers.append(".".join(str(count) for count in counted))
    return numbers


async def cells_of(
    db: AsyncSession,
    people: Sequence[Researcher],
    columns: Sequence[SectionColumn],
    *,
    now: datetime,
) -> list[list[float | None]]:
    """Rows of shares in [0, 1] for the heat map; None where a plan asks nothing."""
    counts = await counts_of(db, [one.enrolment.id for one in people], now=now)

    def share(enrolment_id: UUID, section_id: UUID) -> float | None:
        found = counts.get(enrolment_id, {}).get(section_id)
        return found.passed / found.total if found else None

    return [[share(one.enrolment.id, column.section_id) for column in columns] for one in people]
