"""Which quiz of a guide fits what somebody works on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import any_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.people.models import Person
from cohort.quizzes import reading
from cohort.quizzes.models import Quiz, QuizKind, QuizQuestion
from cohort.quizzes.schemas import QuizOut


@dataclass(frozen=True, slots=True)
class AboutQuiz:
    """A quiz, how it went, and how many questions of each official section it has."""

    quiz: QuizOut
    asks: Mapping[str, int]


async def quizzes_for(db: AsyncSession, actor: Person, enrolment_id: UUID) -> list[AboutQuiz]:
    """Those of her guide, in the order of the file: two statements besides the owner's check."""
    quizzes = await reading.quizzes_of(db, actor, enrolment_id)
    ids = [one.id for one in quizzes]
    found = await db.execute(
        select(Quiz.id, QuizQuestion.exam_section, func.count())
        .join(QuizQuestion, QuizQuestion.id == any_(Quiz.question_ids))
        .where(Quiz.id.in_(ids))
        .group_by(Quiz.id, QuizQuestion.exam_section)
    )
    asks: dict[UUID, dict[str, int]] = {}
    for quiz_id, section, count in found:
        asks.setdefault(quiz_id, {})[section] = count
    return [AboutQuiz(one, asks.get(one.id, {})) for one in quizzes]


def next_quiz(quizzes: Sequence[AboutQuiz], sections: Collection[str]) -> QuizOut | None:
    """A practice quiz about these official sections: one that is begun, else the least known.

    Nothing, where no quiz asks about any of them or where the best tries were perfect.
    """

    def share(one: AboutQuiz) -> float:
        its = sum(count for slug, count in one.asks.items() if slug in sections)
        return its / (sum(one.asks.values()) or 1)

    fitting = [
        one
        for one in quizzes
        if one.quiz.kind is QuizKind.PRACTICE and share(one) > 0 and one.quiz.best != 1
    ]
    best = min(
        fitting,
        key=lambda one: (one.quiz.open_try_id is None, one.quiz.best or 0.0, -share(one)),
        default=None,
    )
    return best.quiz if best else None
