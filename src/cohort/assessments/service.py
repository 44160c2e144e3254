"""She says how well she knows things; it weighs the milestones of her plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.assessments.judging import MilestoneFocus, QuizCounts, StatementSaid, focus_of_milestone
from cohort.assessments.models import AssessmentStatement, RoleSkills, StatementAnswer
from cohort.assessments.schemas import (
    AssessmentIn,
    AssessmentOut,
    MilestoneFocusOut,
    PlacementOut,
    PlacementSectionOut,
    StatementOut,
)
from cohort.cohorts import enrolments
from cohort.cohorts.models import Cohort, Enrolment
from cohort.errors import Invalid, NotAllowed
from cohort.guides.models import Guide
from cohort.guides.service import first_of
from cohort.people.models import Person
from cohort.quizzes.placement import Placement, placement_of
from cohort.quizzes.shares import FirstAnswers, first_answers
from cohort.study import plans
from cohort.study import policy as study
from cohort.study.models import ItemState, PlanItem
from cohort.study.service import PlanFrozen


@dataclass(frozen=True, slots=True)
class Answered:
    statement: AssessmentStatement
    answer: StatementAnswer | None

    @property
    def said(self) -> StatementSaid:
        its, answer = self.statement, self.answer
        return StatementSaid(its.milestones, its.skippable, answer.level if answer else None)


async def own_enrolment(db: AsyncSession, actor: Person, enrolment_id: UUID) -> Enrolment:
    """With its cohort, if it is the actor's: nobody else reads what she says of herself."""
    enrolment = await enrolments.get(db, actor, enrolment_id)
    if enrolment.person_id != actor.id:
        raise NotAllowed("What somebody says of herself here is for her alone.")
    return enrolment


async def focuses_of(
    db: AsyncSession, enrolment_id: UUID, milestones: Mapping[str, Sequence[str]]
) -> dict[str, MilestoneFocus]:
    """Of milestones, by slug, with the official sections of each; two statements."""
    said = [one.said for one in await _answered(db, enrolment_id)]
    counts = await first_answers(db, enrolment_id)
    return _focuses(milestones, said, counts)


def _focuses(
    milestones: Mapping[str, Sequence[str]],
    said: Sequence[StatementSaid],
    counts: FirstAnswers,
) -> dict[str, MilestoneFocus]:
    quizzes = {slug: QuizCounts(*both) for slug, both in counts.items()}
    each = {
        slug: focus_of_milestone(slug, sections, said, quizzes)
        for slug, sections in milestones.items()
    }
    return {slug: found for slug, found in each.items() if found is not None}


async def _answered(db: AsyncSession, enrolment_id: UUID) -> list[Answered]:
    """The statements of her guide, with her answers; one statement."""
    hers = and_(
        StatementAnswer.statement_id == AssessmentStatement.id,
        StatementAnswer.enrolment_id == enrolment_id,
    )
    found = await db.execute(
        select(AssessmentStatement, StatementAnswer)
        .join(Guide, first_of(Guide) == AssessmentStatement.guide_id)
        .join(Cohort, Cohort.guide_id == Guide.id)
        .join(Enrolment, Enrolment.cohort_id == Cohort.id)
        .outerjoin(StatementAnswer, hers)
        .where(Enrolment.id == enrolment_id, AssessmentStatement.retired_at.is_(None))
        .order_by(AssessmentStatement.position)
        .execution_options(populate_existing=True)
    )
    return [Answered(statement, answer) for statement, answer in found]


async def roles_of(db: AsyncSession, cohort_id: UUID) -> dict[str, Sequence[str]]:
    """The skills that roles ask for, by role, as the cohort's guide has it."""
    found = await db.execute(
        select(RoleSkills.role, RoleSkills.skills)
        .join(Guide, first_of(Guide) == RoleSkills.guide_id)
        .join(Cohort, Cohort.guide_id == Guide.id)
        .where(Cohort.id == cohort_id)
    )
    return {one.role: one.skills for one in found}


async def answer(
    db: AsyncSession, actor: Person, enrolment_id: UUID, form: AssessmentIn, *, now: datetime
) -> None:
    """Keep what she says; the last answer to each statement counts."""
    enrolment = await own_enrolment(db, actor, enrolment_id)
    if study.is_frozen(enrolment):
        raise PlanFrozen
    ids = {one.statement.slug: one.statement.id for one in await _answered(db, enrolment_id)}
    for slug in form.answers:
        if slug not in ids:
            raise Invalid.at("answers", f"There is no statement “{slug}” here.")
    rows = [
        {
            "enrolment_id": enrolment_id,
            "statement_id": ids[slug],
            "level": level,
            "answered_at": now,
        }
        for slug, level in sorted(form.answers.items())
        if level is not None
    ]
    back = [ids[slug] for slug, level in form.answers.items() if level is None]
    if rows:
        row = insert(StatementAnswer)
        kept = {"level": row.excluded.level, "answered_at": row.excluded.answered_at}
        is_new = StatementAnswer.level != row.excluded.level
        keys = ["enrolment_id", "statement_id"]
        keep = row.on_conflict_do_update(index_elements=keys, set_=kept, where=is_new)
        await db.execute(keep, rows)
    if back:
        hers = StatementAnswer.enrolment_id == enrolment_id
        await db.execute(
            delete(StatementAnswer).where(hers, StatementAnswer.statement_id.in_(back))
        )


async def assessment(
    db: AsyncSession, actor: Person, enrolment_id: UUID, *, now: datetime
) -> AssessmentOut:
    """What she answered and what follows from it; as many statements for many as for few."""
    await own_enrolment(db, actor, enrolment_id)
    answered = await _answered(db, enrolment_id)
    counts = await first_answers(db, enrolment_id)
    placement = await placement_of(db, enrolment_id)
    plan = await plans.plan_of(db, actor, enrolment_id, now=now)
    owed = [one.item for one in plan.steps if one.item.state != ItemState.PASSED]
    focuses = _focuses(
        {item.milestone.slug: item.milestone.exam_sections for item in owed},
        [one.said for one in answered],
        counts,
    )
    return AssessmentOut(
        placement=_placement_out(placement, counts) if placement else None,
        answered=sum(one.answer is not None for one in answered),
        statements=[_statement_out(one) for one in answered],
        milestones=[
            _focus_out(item, focuses[item.milestone.slug])
            for item in owed
            if item.milestone.slug in focuses
        ],
    )


def _placement_out(its: Placement, counts: FirstAnswers) -> PlacementOut:
    sections = []
    for one in its.sections:
        in_all = QuizCounts(*counts.get(one.slug, (0, 0, 0)))
        sections.append(
            PlacementSectionOut(
                slug=one.slug,
                title=one.title,
                asked=one.asked,
                right=one.right,
                answered_in_all=in_all.answered,
                right_in_all=in_all.right,
                focus=in_all.focus,
            )
        )
    return PlacementOut(
        quiz_id=its.quiz_id,
        title=its.title,
        about=its.about,
        questions=its.questions,
        try_id=its.try_id,
        handed_in_at=its.handed_in_at,
        sections=sections,
    )


def _statement_out(one: Answered) -> StatementOut:
    its, answer = one.statement, one.answer
    return StatementOut(
        slug=its.slug,
        side=its.side,
        text=its.text,
        level=answer.level if answer else None,
        answered_at=answer.answered_at if answer else None,
    )


def _focus_out(item: PlanItem, its: MilestoneFocus) -> MilestoneFocusOut:
    return MilestoneFocusOut(
        plan_item_id=item.id,
        slug=item.milestone.slug,
        title=item.milestone.title,
        focus=its.focus,
        weight=its.focus.weight,
        source=its.source,
        may_skip=its.may_skip,
        words=its.words,
    )
