"""A guide as it is stored, read back as a whole curriculum."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.curricula.schemas import Curriculum
from cohort.guides.models import Guide, Milestone, Section
from cohort.guides.schemas import MilestoneRow
from cohort.quizzes.reading import Exam, exams_of

ROW = [name for name in MilestoneRow.model_fields if name != "section"]


async def curriculum_of(db: AsyncSession, guide: Guide) -> Curriculum:
    """Three statements at most; what was retired is not in it.

    A guide that states no exam has the one that its quizzes are for.
    """
    exam = guide.exam
    if exam is None:
        its = await exams_of(db, Guide.id == guide.id)
        exam = exam_facts(its[guide.id]) if its else None
    sections = (
        await db.scalars(
            select(Section)
            .where(Section.guide_id == guide.id, Section.retired_at.is_(None))
            .order_by(Section.position)
        )
    ).all()
    slugs = {section.id: section.slug for section in sections}
    milestones = await db.scalars(
        select(Milestone)
        .where(Milestone.guide_id == guide.id, Milestone.retired_at.is_(None))
        .order_by(Milestone.position)
    )
    return Curriculum.model_validate(
        {
            "title": guide.title[:200],
            "slug": guide.slug if not guide.first_id else None,
            "description": guide.description,
            "author": guide.author,
            "published_on": guide.published_on,
            "tags": guide.tags,
            "exam": exam,
            "base_address": guide.base_address,
            "sections": [
                {name: getattr(one, name) for name in ("slug", "title", "level", "body")}
                for one in sections
            ],
            "milestones": [
                {name: getattr(one, name) for name in ROW}
                | {"section": slugs.get(one.section_id, "gone")}
                for one in milestones
            ],
        }
    )


def exam_facts(exam: Exam) -> dict[str, Any]:
    parts = [{name: one[name] for name in ("slug", "title", "weight")} for one in exam.sections]
    return {"title": exam.name, "year": exam.year, "source": exam.source, "sections": parts}
