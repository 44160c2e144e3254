"""What many people know already, in as many statements as for one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.assessments.focus import Focus
from cohort.assessments.judging import QuizCounts, StatementSaid, focus_of_milestone
from cohort.assessments.models import AssessmentStatement, KnownLevel, StatementAnswer
from cohort.quizzes.shares import first_answers_of


async def focuses_of_many(
    db: AsyncSession, sections: Mapping[UUID, Mapping[str, Sequence[str]]]
) -> dict[tuple[UUID, str], Focus]:
    """By enrolment and milestone's slug, from the official sections of each; three statements.

    Whatever nothing is known of is not in it.
    """
    said = await _said_by(db, list(sections))
    counts = await first_answers_of(db, list(sections))
    found = {}
    for enrolment_id, milestones in sections.items():
        about = said.get(enrolment_id, {})
        quizzes = {slug: QuizCounts(*both) for slug, both in counts.get(enrolment_id, {}).items()}
        if not about and not quizzes:
            continue
        for slug, its_sections in milestones.items():
            its = focus_of_milestone(slug, its_sections, about.get(slug, ()), quizzes)
            if its is not None:
                found[enrolment_id, slug] = its.focus
    return found


async def _said_by(
    db: AsyncSession, enrolment_ids: Sequence[UUID]
) -> dict[UUID, dict[str, list[StatementSaid]]]:
    """By enrolment and milestone's slug; one row for each person, and one for each statement."""
    rows = await db.execute(
        select(
            StatementAnswer.enrolment_id,
            func.array_agg(StatementAnswer.statement_id),
            func.array_agg(StatementAnswer.level),
        )
        .where(StatementAnswer.enrolment_id.in_(enrolment_ids))
        .group_by(StatementAnswer.enrolment_id)
    )
    answers = rows.all()
    named = {its_id for _, ids, _ in answers for its_id in ids}
    its = (AssessmentStatement.id.in_(named), AssessmentStatement.retired_at.is_(None))
    statements = {one.id: one for one in await db.scalars(select(AssessmentStatement).where(*its))}
    said: dict[UUID, dict[str, list[StatementSaid]]] = {}
    for enrolment_id, ids, levels in answers:
        hers = said[enrolment_id] = defaultdict(list)
        for statement_id, level in zip(ids, levels, strict=True):
            if one := statements.get(statement_id):
                for slug in one.milestones:
                    told = StatementSaid(one.milestones, one.skippable, KnownLevel(level))
                    hers[slug].append(told)
    return said
