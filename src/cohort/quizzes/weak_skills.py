"""What quizzes, mock exams and the exam say about somebody's gaps, as the matching reads them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.quizzes.weak_sections import weak_sections

Gaps = Mapping[UUID, dict[str, float]]


async def with_quizzes(
    db: AsyncSession, enrolment_ids: Sequence[UUID], gaps: Gaps, *, now: datetime
) -> Gaps:
    """The gaps of the plans; a section of the exam that went badly makes its skills greater gaps.

    A skill's gap is the share that is not right, where it is greater than what the plan says.
    Three statements for however many people.
    """
    weak = await weak_sections(db, enrolment_ids, now=now)
    merged: dict[UUID, dict[str, float]] = {its_id: {**weights} for its_id, weights in gaps.items()}
    for enrolment_id, sections in weak.items():
        hers = merged.setdefault(enrolment_id, {})
        for section in sections:
            lacks = round(1 - section.share, 6)
            for skill in section.skills:
                hers[skill] = max(hers.get(skill, 0.0), lacks)
    return merged
