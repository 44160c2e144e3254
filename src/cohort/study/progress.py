"""How far the people of a cohort are, section by section."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.guides.models import Milestone, Section
from cohort.http.paging import Slice, page_of
from cohort.people.models import Person
from cohort.study.models import ItemState, PlanItem

NO_LIMIT = 1_000_000


class MilestoneCounts(NamedTuple):
    """Milestones of a plan: how many are passed, how many there are, how many are due by now."""

    passed: int = 0
    total: int = 0
    due: int = 0


@dataclass(frozen=True, slots=True)
class PersonProgress:
    enrolment_id: UUID
    name: str
    by_section: Mapping[UUID, MilestoneCounts]
    """By section id; sections that ask nothing are left out."""

    @property
    def whole(self) -> MilestoneCounts:
        return whole_of(self.by_section)


def whole_of(by_section: Mapping[UUID, MilestoneCounts]) -> MilestoneCounts:
    cells = by_section.values()
    return MilestoneCounts(*(sum(column) for column in zip(*cells, strict=True)) if cells else ())


@dataclass(frozen=True, slots=True)
class CohortProgress:
    """People by sections; `next` is the cursor of the people who did not fit."""

    sections: Sequence[Section]
    people: Sequence[PersonProgress]
    next: str | None


async def progress_in(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    *,
    now: datetime,
    part: Slice = Slice(limit=NO_LIMIT),  # noqa: B008
) -> CohortProgress:
    """The active researchers in the order of joining, for the organisers of the cohort.

    Everyone unless a part is asked for. Three statements besides the organiser's check, whatever
    the number of people.
    """
    await cohorts.require_organiser(db, actor, cohort_id)
    active = (
        select(Enrolment)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE)
        .options(joinedload(Enrolment.person))
    )
    page = await page_of(db, active, by=Enrolment.created_at, id=Enrolment.id, part=part)
    cells = await counts_of(db, [enrolment.id for enrolment in page.items], now=now)
    named = {section for by_section in cells.values() for section in by_section}
    sections = select(Section).where(Section.id.in_(named)).order_by(Section.position, Section.id)
    return CohortProgress(
        (await db.scalars(sections)).all(),
        [PersonProgress(one.id, one.person.name, cells.get(one.id, {})) for one in page.items],
        page.next,
    )


async def counts_of(
    db: AsyncSession, enrolment_ids: Sequence[UUID], *, now: datetime
) -> dict[UUID, dict[UUID, MilestoneCounts]]:
    """By enrolment id, then by section id; one statement whatever the number of people."""
    rows = await db.execute(
        select(
            PlanItem.enrolment_id,
            Milestone.section_id,
            func.count().filter(PlanItem.state == ItemState.PASSED),
            func.count(),
            func.count().filter(PlanItem.due_at <= now),
        )
        .join(PlanItem.milestone)
        .where(PlanItem.enrolment_id == any_(literal(list(enrolment_ids), ARRAY(Uuid))))
        .group_by(PlanItem.enrolment_id, Milestone.section_id)
        # The same state is always told in the same bytes: an ETag rests on it.
        .order_by(PlanItem.enrolment_id, Milestone.section_id)
    )
    cells: dict[UUID, dict[UUID, MilestoneCounts]] = {}
    for enrolment_id, section_id, passed, total, due in rows:
        cells.setdefault(enrolment_id, {})[section_id] = MilestoneCounts(passed, total, due)
    return cells
