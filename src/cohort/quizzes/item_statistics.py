"""How the questions of a cohort's guide do: how many get them right, and what misleads."""

from collections import defaultdict
from math import sqrt
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Float, Integer, cast, column, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, Enrolment
from cohort.errors import Invalid
from cohort.http.paging import Page, Slice, page_along
from cohort.people.models import Person
from cohort.quizzes import reading
from cohort.quizzes.models import QuizAnswer, QuizQuestion, QuizTry
from cohort.quizzes.schemas import DrawnOut, ItemOut

FEWEST = 5
"""With fewer people, figures would tell what one of them answered."""
ENOUGH = 20
"""With fewer, how a question tells people apart is mostly chance."""
FOUR_OF_FIVE = 1.2816


class _Counts(NamedTuple):
    answered: int
    right: int
    empty: int
    mean_mark: float
    discrimination: float | None


async def of_cohort(
    db: AsyncSession, actor: Person, cohort_id: UUID, part: Slice, *, section: str | None = None
) -> Page[ItemOut]:
    """Of first answers only, in the order of the file; two statements for any page of questions."""
    cohort = await cohorts.require_organiser(db, actor, cohort_id)
    exam = await reading.exam_of(db, cohort_id)
    asked = select(QuizQuestion).where(
        QuizQuestion.guide_id == cohort.guide_id, QuizQuestion.retired_at.is_(None)
    )
    if section is not None:
        if section not in {one["slug"] for one in exam.sections} if exam else True:
            raise Invalid.at("section", "This is no section of the exam.")
        asked = asked.where(QuizQuestion.exam_section == section)
    page = await page_along(db, asked, by=QuizQuestion.position, part=part)
    ids = [one.id for one in page.items]
    counts, drawn = await _counts(db, cohort, ids), await _drawn(db, cohort, ids)
    return Page([_item(one, counts.get(one.id), drawn[one.id]) for one in page.items], page.next)


def _first_answers(cohort: Cohort, ids: list[UUID], *columns: Any) -> Any:
    return (
        select(QuizAnswer.question_id, *columns)
        .join(QuizTry, QuizTry.id == QuizAnswer.try_id)
        .join(Enrolment, Enrolment.id == QuizTry.enrolment_id)
        .where(QuizAnswer.is_first, QuizAnswer.question_id.in_(ids))
        .where(Enrolment.cohort_id == cohort.id)
    )


async def _counts(db: AsyncSession, cohort: Cohort, ids: list[UUID]) -> dict[UUID, _Counts]:
    """How a question tells people apart: its mark against the mean of the try's other ones."""
    others = func.nullif(func.cardinality(QuizTry.question_ids) - 1, 0)
    rest = (QuizTry.score * (others + 1) - QuizAnswer.mark) / cast(others, Float)
    found = await db.execute(
        _first_answers(
            cohort,
            ids,
            func.count(),
            func.count().filter(QuizAnswer.mark == 1),
            func.count().filter(QuizAnswer.given.is_(None)),
            func.avg(QuizAnswer.mark),
            func.corr(QuizAnswer.mark, rest),
        ).group_by(QuizAnswer.question_id)
    )
    return {its_id: _Counts(*counts) for its_id, *counts in found}


async def _drawn(db: AsyncSession, cohort: Cohort, ids: list[UUID]) -> dict[UUID, dict[int, int]]:
    """How often each choice was taken, by its place."""
    chosen = func.jsonb_array_elements_text(QuizAnswer.given["chosen"]).table_valued("value")
    place = cast(column("value"), Integer)
    found = await db.execute(
        _first_answers(cohort, ids, place, func.count())
        .join(chosen, QuizAnswer.given.has_key("chosen"))
        .group_by(QuizAnswer.question_id, place)
    )
    drawn: dict[UUID, dict[int, int]] = defaultdict(dict)
    for question_id, at, times in found:
        drawn[question_id][at] = times
    return drawn


def _item(question: QuizQuestion, counts: _Counts | None, drawn: dict[int, int]) -> ItemOut:
    facts = {name: getattr(question, name) for name in ("id", "slug", "kind", "exam_section")}
    answered = counts.answered if counts else 0
    if counts is None or answered < FEWEST:
        return ItemOut(**facts, text=question.text, answered=answered)
    low, high = wilson(counts.right, answered)
    is_choice = question.number is None and not question.lefts
    return ItemOut(
        **facts,
        text=question.text,
        answered=answered,
        right=counts.right,
        empty=counts.empty,
        share=counts.right / answered,
        share_from=low,
        share_to=high,
        mean_mark=counts.mean_mark,
        discrimination=counts.discrimination if answered >= ENOUGH else None,
        choices=[
            DrawnOut(text=text, is_right=at in question.right, times=drawn.get(at, 0))
            for at, text in enumerate(question.choices)
        ]
        if is_choice
        else [],
    )


def wilson(right: int, answered: int, z: float = FOUR_OF_FIVE) -> tuple[float, float]:
    """Where the share lies, four times of five; never outside of 0 and 1."""
    share, part = right / answered, z * z / answered
    middle = (share + part / 2) / (1 + part)
    half = z * sqrt(share * (1 - share) / answered + part / (4 * answered)) / (1 + part)
    return max(0.0, middle - half), min(1.0, middle + half)
