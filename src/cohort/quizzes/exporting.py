"""The quizzes of a guide as the tables, and as the file, that are read as the same ones."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Invalid
from cohort.guides.models import Guide, Section
from cohort.guides.service import holder_of_quizzes
from cohort.guides.written_tables import table_lines
from cohort.quizzes.files import checked
from cohort.quizzes.marking import AnswerKind
from cohort.quizzes.models import Quiz, QuizExam, QuizKind, QuizQuestion
from cohort.quizzes.rows import FEWEST_PLACED, QuizTables

OF_EXAM = ("name", "year", "source", "questions", "minutes", "pass_mark")
MOST_PLACED = 10
FILED = {
    "sections": "section",
    "questions": "question",
    "quizzes": "quiz",
    "mock_exams": "mock_exam",
}
"""How a file names the rows of a table."""


async def export_quizzes(db: AsyncSession, guide: Guide) -> str:
    tables = await tables_of(db, guide)
    if tables is None:
        raise Invalid(f"The guide “{guide.slug}” has no quizzes.")
    return as_file(tables)


async def tables_of(db: AsyncSession, guide: Guide) -> QuizTables | None:
    """Three statements; what is retired is left out. None, where it has no quizzes."""
    holder = select(holder_of_quizzes(Guide)).where(Guide.id == guide.id).scalar_subquery()
    exam = await db.scalar(select(QuizExam).where(QuizExam.guide_id == holder))
    if exam is None:
        return None
    found = await db.execute(
        select(QuizQuestion, Section.slug)
        .join(Section, Section.id == QuizQuestion.section_id)
        .where(QuizQuestion.guide_id == exam.guide_id, QuizQuestion.retired_at.is_(None))
        .order_by(QuizQuestion.position)
    )
    questions = found.all()
    live = select(Quiz).where(Quiz.guide_id == exam.guide_id, Quiz.retired_at.is_(None))
    quizzes = (await db.scalars(live.order_by(Quiz.position))).all()
    slugs = {question.id: question.slug for question, _ in questions}
    tables: dict[str, Any] = {
        "exam": {name: getattr(exam, name) for name in OF_EXAM},
        "sections": [dict(one) for one in exam.sections],
        "questions": [_question_row(question, section) for question, section in questions],
        "quizzes": [
            _quiz_row(one) | {"questions": _named(one, slugs)}
            for one in quizzes
            if one.kind is QuizKind.PRACTICE
        ],
        "mock_exams": [_quiz_row(one) for one in quizzes if one.kind is QuizKind.MOCK_EXAM],
    }
    placed = [one for one in quizzes if one.kind is QuizKind.PLACEMENT]
    return _with_placement(tables, placed[0] if placed else None, slugs)


def _with_placement(
    tables: Mapping[str, Any], placement: Quiz | None, slugs: Mapping[UUID, str]
) -> QuizTables:
    """It names its questions only where drawing would give it other ones."""
    if placement is None:
        return QuizTables.model_validate(tables)
    named = _named(placement, slugs)
    each = max(FEWEST_PLACED, min(MOST_PLACED, len(named) // len(tables["sections"])))
    row = {name: getattr(placement, name) for name in ("slug", "title", "about")}
    drawn = QuizTables.model_validate({**tables, "placement": row | {"of_each_section": each}})
    if _drawn(drawn) == named:
        return drawn
    return QuizTables.model_validate({**tables, "placement": row | {"questions": named}})


def _drawn(tables: QuizTables) -> Sequence[str] | None:
    try:
        placement = checked(tables).placement
    except Invalid:
        return None
    return placement[1] if placement else None


def as_file(tables: QuizTables) -> str:
    return "\n".join(_lines(tables)) + "\n"


def _lines(tables: QuizTables) -> Iterator[str]:
    yield "# Quizzes of a guide: `cohort quizzes import` reads this file."
    for name, rows in stored(tables).items():
        if isinstance(rows, dict):
            yield from ("", f"[{name}]", *table_lines(rows))
            continue
        for row in rows:
            yield from ("", f"[[{FILED[name]}]]", *table_lines(row))


def stored(tables: QuizTables) -> dict[str, Any]:
    """What differs from what it would be anyway, so that a question has the fields of its kind."""
    return tables.model_dump(mode="json", exclude_defaults=True)


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
