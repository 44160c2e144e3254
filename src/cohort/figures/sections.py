"""The sections of a guide that ask for work, as columns: numbered as the guide numbers them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort
from cohort.guides.models import Milestone, Section


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
