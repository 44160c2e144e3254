"""How far everybody of a cohort is, section by section."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Float, ScalarSelect, Select, Uuid, any_, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState, Stage
from cohort.figures.narrowing import in_circle
from cohort.figures.schemas import MentorFilter, ProgressSearch, ProgressSort
from cohort.figures.sections import SectionColumn, columns_of
from cohort.guides.models import Milestone
from cohort.http.listing import by_name, pattern
from cohort.http.paging import Slice, page_within
from cohort.mentors.models import Mentor
from cohort.mentorships.models import Mentorship
from cohort.people.models import Person
from cohort.study.models import ItemState, PlanItem

OWED = PlanItem.state.in_([ItemState.OPEN, ItemState.AGAIN])
PASSED = func.count().filter(PlanItem.state == ItemState.PASSED)
EVERYONE = Slice(None, 1_000_000)


@dataclass(frozen=True, slots=True)
class SectionCell:
    """Somebody's milestones of one section."""

    passed: int
    total: int
    overdue: int

    @property
    def share(self) -> float:
        return self.passed / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class PersonRow:
    enrolment_id: UUID
    name: str
    email: str
    stage: Stage
    mentor: str | None
    cells: Sequence[SectionCell | None]
    """In the order of the columns; None where her plan asks for nothing."""
    whole: SectionCell
    """Of the whole plan."""


@dataclass(frozen=True, slots=True)
class ProgressShown:
    """One page of the people that were sought."""

    columns: Sequence[SectionColumn]
    people: Sequence[PersonRow]
    found: int
    next: str | None


async def progress_of(
    db: AsyncSession,
    cohort: Cohort,
    wanted: ProgressSearch,
    part: Slice,
    *,
    now: datetime,
) -> ProgressShown:
    """Four statements, however many people there are."""
    columns = await columns_of(db, cohort)
    ids = (await db.scalars(_sought(cohort.id, wanted, now))).all()
    page = page_within(ids, part)
    cells: dict[UUID, dict[UUID, SectionCell]] = defaultdict(dict)
    for its_id, section_id, *counts in await db.execute(_cells(page.items, now)):
        cells[its_id][section_id] = SectionCell(*counts)
    known = {row.id: row for row in await db.execute(_names(page.items))}
    people = [
        PersonRow(
            its_id,
            known[its_id].name,
            known[its_id].email,
            known[its_id].stage,
            known[its_id].mentor,
            [cells[its_id].get(column.section_id) for column in columns],
            _whole([*cells[its_id].values()]),
        )
        for its_id in page.items
    ]
    return ProgressShown(columns, people, len(ids), page.next)


def _whole(cells: Sequence[SectionCell]) -> SectionCell:
    counts = zip(*((one.passed, one.total, one.overdue) for one in cells), strict=True)
    return SectionCell(*map(sum, counts)) if cells else SectionCell(0, 0, 0)


def _sought(cohort_id: UUID, wanted: ProgressSearch, now: datetime) -> Select[UUID]:
    """Ids in the order that was asked for; those that are equal in it by name."""
    its: Select[Any] = select(Enrolment.id).join(Enrolment.person)
    its = its.where(Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE)
    its = its.where(in_circle(wanted.circle))
    if sought := pattern(wanted.q):
        its = its.where(Person.name.ilike(sought, escape="\\"))
    if wanted.mentor is not None:
        has_one = _mentorship().exists()
        its = its.where(has_one if wanted.mentor is MentorFilter.HAS else ~has_one)
    late = func.count().filter(OWED, PlanItem.due_at <= now)
    share = func.coalesce(cast(PASSED, Float) / func.nullif(func.count(), 0), 0.0)
    name: Any = by_name(Person.name)
    first: dict[ProgressSort, list[Any]] = {
        ProgressSort.NAME: [],
        ProgressSort.NAME_BACKWARDS: [name.desc()],
        ProgressSort.LEAST_PASSED: [_of_plan(share)],
        ProgressSort.MOST_PASSED: [_of_plan(share).desc()],
        ProgressSort.MOST_LATE: [_of_plan(late).desc()],
    }
    return its.order_by(*first[wanted.sort], name, Enrolment.id)


def _of_plan(what: Any) -> ScalarSelect[Any]:
    of_one = select(what).where(PlanItem.enrolment_id == Enrolment.id)
    return of_one.correlate(Enrolment).scalar_subquery()


def _mentorship() -> Select[UUID]:
    stands = select(Mentorship.id).where(Mentorship.ended_at.is_(None))
    return stands.where(Mentorship.enrolment_id == Enrolment.id).correlate(Enrolment)


def _names(enrolments: Sequence[UUID]) -> Select[*tuple[Any, ...]]:
    mentor = aliased(Person)
    named = (
        select(mentor.name)
        .select_from(Mentorship)
        .join(Mentorship.mentor)
        .join(mentor, mentor.id == Mentor.person_id)
        .where(Mentorship.enrolment_id == Enrolment.id, Mentorship.ended_at.is_(None))
        .correlate(Enrolment)
        .limit(1)
        .scalar_subquery()
    )
    its = select(Enrolment.id, Person.name, Person.email, Enrolment.stage, named.label("mentor"))
    return its.join(Enrolment.person).where(Enrolment.id == _any(enrolments))


def _cells(enrolments: Sequence[UUID], now: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            PlanItem.enrolment_id,
            Milestone.section_id,
            PASSED,
            func.count(),
            func.count().filter(OWED, PlanItem.due_at <= now),
        )
        .join(PlanItem.milestone)
        .where(PlanItem.enrolment_id == _any(enrolments))
        .group_by(PlanItem.enrolment_id, Milestone.section_id)
    )


def _any(enrolments: Sequence[UUID]) -> Any:
    return any_(literal(list(enrolments), ARRAY(Uuid)))
