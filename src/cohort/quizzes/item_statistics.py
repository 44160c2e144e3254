"""How the questions of a cohort's guide do: how many get them right, and what misleads."""

from datetime import datetime
from math import sqrt
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import service as cohorts
from cohort.errors import Invalid
from cohort.http.paging import Page, Slice, page_along
from cohort.people.models import Person
from cohort.quizzes import reading
from cohort.quizzes.answer_sums import KEPT, AnswerSums
from cohort.quizzes.models import QuizQuestion
from cohort.quizzes.schemas import DrawnOut, ItemOut

FEWEST = 5
"""With fewer people, figures would tell what one of them answered."""
ENOUGH = 20
"""With fewer, how a question tells people apart is mostly chance."""
FOUR_OF_FIVE = 1.2816


NOTHING = AnswerSums()


async def of_cohort(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    part: Slice,
    *,
    section: str | None = None,
    now: datetime,
) -> Page[ItemOut]:
    """Of first answers only, in the order of the file; two statements for any page of questions."""
    cohort = await cohorts.require_organiser(db, actor, cohort_id)
    exam = await reading.exam_of(db, cohort_id)
    asked = select(QuizQuestion).where(
        QuizQuestion.guide_id == (exam.guide_id if exam else cohort.guide_id),
        QuizQuestion.retired_at.is_(None),
    )
    if section is not None:
        if section not in {one["slug"] for one in exam.sections} if exam else True:
            raise Invalid.at("section", "This is no section of the exam.")
        asked = asked.where(QuizQuestion.exam_section == section)
    page = await page_along(db, asked, by=QuizQuestion.position, part=part)
    sums = await KEPT.of_cohort(db, cohort.id, now=now)
    return Page([_item(one, sums.get(one.id, NOTHING)) for one in page.items], page.next)


def _item(question: QuizQuestion, sums: AnswerSums) -> ItemOut:
    facts = {name: getattr(question, name) for name in ("id", "slug", "kind", "exam_section")}
    answered = sums.answered
    if answered < FEWEST:
        return ItemOut(**facts, text=question.text, answered=answered)
    low, high = wilson(sums.right, answered)
    is_choice = question.number is None and not question.lefts
    return ItemOut(
        **facts,
        text=question.text,
        answered=answered,
        right=sums.right,
        empty=sums.empty,
        share=sums.right / answered,
        share_from=low,
        share_to=high,
        mean_mark=sums.mean_mark,
        discrimination=sums.discrimination if answered >= ENOUGH else None,
        choices=[
            DrawnOut(text=text, is_right=at in question.right, times=sums.drawn[at])
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
