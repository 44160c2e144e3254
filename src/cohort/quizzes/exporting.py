"""The quizzes of a guide as the file that `importing` reads as the same ones."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Invalid
from cohort.guides.models import Guide, Section
from cohort.guides.written_tables import table_lines
from cohort.quizzes.marking import AnswerKind
from cohort.quizzes.models import Quiz, QuizExam, QuizKind, QuizQuestion

OF_EXAM = ("name", "year", "source", "questions", "minutes", "pass_mark")
ORDER = ("exam", "section", "question", "placement", "quiz", "mock_exam")


async def export_quizzes(db: AsyncSession, guide: Guide) -> str:
    """Four statements; what is retired is left out."""
    first_id = guide.first_id or guide.id
    exam = await db.scalar(select(QuizExam).where(QuizExam.guide_id == first_id))
    if exam is None:
        raise Invalid(f"The guide “{guide.slug}” has no quizzes.")
    found = await db.execute(
        select(QuizQuestion, Section.slug)
        .join(Section, Section.id == QuizQuestion.section_id)
        .where(QuizQuestion.guide_id == first_id, QuizQuestion.retired_at.is_(None))
        .order_by(QuizQuestion.position)
    )
    questions = found.all()
    live = select(Quiz).where(Quiz.guide_id == first_id, Quiz.retired_at.is_(None))
    quizzes = (await db.scalars(live.order_by(Quiz.position))).all()
    slugs = {question.id: question.slug for question, _ in questions}
    tables: dict[str, list[dict[str, Any]]] = {
        "exam": [{name: getattr(exam, name) for name in OF_EXAM}],
        "section": [dict(one) for one in exam.sections],
        "question": [_question_row(question, section) for question, section in questions],
        "placement": [
            _quiz_row(one) | {"of_each_section": len(one.question_ids) // len(exam.sections)}
            for one in quizzes
            if one.kind is QuizKind.PLACEMENT
        ],
        "quiz": [
            _quiz_row(one) | {"questions": _named(one, slugs)}
            for one in quizzes
            if one.kind is QuizKind.PRACTICE
        ],
        "mock_exam": [_quiz_row(one) for one in quizzes if one.kind is QuizKind.MOCK_EXAM],
    }
    return "\n".join(_file(tables)) + "\n"


def _file(tables: Mapping[str, list[dict[str, Any]]]) -> Iterator[str]:
    yield "# Quizzes of a guide: `cohort quizzes import` reads this file."
    for name in ORDER:
        head = f"[{name}]" if name in {"exam", "placement"} else f"[[{name}]]"
        for row in tables[name]:
            yield from ("", head, *table_lines(row))


def _named(one: Quiz, slugs: Mapping[UUID, str]) -> list[str]:
    return [slugs[its_id] for its_id in one.question_ids]


def _quiz_row(one: Quiz) -> dict[str, Any]:
    row = {"slug": one.slug, "title": one.title, "about": one.about}
    checks = {"milestone": one.milestone, "passes_from": one.passes_from}
    return row | {name: value for name, value in checks.items() if value}


def _question_row(one: QuizQuestion, section: str) -> dict[str, Any]:
    row = {
        "slug": one.slug,
        "kind": one.kind.value,
        "exam_section": one.exam_section,
        "section": section,
        "text": one.text,
    }
    return row | _key(one) | {"explanation": one.explanation}


def _key(one: QuizQuestion) -> dict[str, Any]:
    rights = [one.choices[place] for place in one.right]
    wrong = [text for place, text in enumerate(one.choices) if place not in one.right]
    match one.kind:
        case AnswerKind.NUMBER:
            key: dict[str, Any] = {"number": one.number, "tolerance": one.tolerance}
            return key | ({"unit": one.unit} if one.unit else {})
        case AnswerKind.MATCH:
            pairs = [list(pair) for pair in zip(one.lefts, rights, strict=True)]
            return {"pairs": pairs} | ({"wrong": wrong} if wrong else {})
        case AnswerKind.SINGLE:
            return {"right": rights[0], "wrong": wrong}
        case _:
            return {"right": rights, "wrong": wrong}
