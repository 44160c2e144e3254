"""What forms say of the quizzes of a draft, as tables again: pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from cohort.errors import FieldError, Invalid
from cohort.guides.schemas import ExamFacts
from cohort.guides.slugs import SlugBook, latin_slug
from cohort.http.forms import Sent, field_errors
from cohort.quizzes.marking import AnswerKind
from cohort.quizzes.rows import (
    ExamRow,
    MockExamRow,
    PlacementRow,
    QuizQuestionRow,
    QuizRow,
    QuizTables,
)

Row = TypeVar("Row", bound=BaseModel)
Kind = Literal["practice", "placement", "mock_exam"]
Test = QuizRow | PlacementRow | MockExamRow
OF_QUESTION = ("kind", "exam_section", "section", "text", "number", "tolerance", "unit")
OF_QUIZ = {
    "practice": ("title", "about", "milestone", "passes_from"),
    "placement": ("title", "about", "of_each_section"),
    "mock_exam": ("title", "about", "milestone", "passes_from"),
}
SCHEMAS: Mapping[str, type[QuizRow | PlacementRow | MockExamRow]] = {
    "practice": QuizRow,
    "placement": PlacementRow,
    "mock_exam": MockExamRow,
}
BETWEEN = "|"
"""On a line of a form, what two things are kept apart by."""


def _row(schema: type[Row], told: Mapping[str, Any]) -> Row:
    try:
        return schema.model_validate(told)
    except ValidationError as error:
        raise Invalid.at_each(
            [FieldError(one.field.split("/")[0], one.message) for one in field_errors(error)]
        ) from error


def _typed(sent: Sent, names: Sequence[str]) -> dict[str, Any]:
    typed = {name: "".join(sent.texts(name)) for name in names}
    return {name: text for name, text in typed.items() if text}


def question_of(sent: Sent, slug: str) -> QuizQuestionRow:
    """The form of one question. Raises Invalid, by field."""
    told = _typed(sent, (*OF_QUESTION, "explanation")) | {"slug": slug}
    rights, wrongs, lines = (sent.lines(name) for name in ("right", "wrong", "pairs"))
    if rights:
        is_one = told.get("kind") == AnswerKind.SINGLE and len(rights) == 1
        told["right"] = rights[0] if is_one else rights
    if wrongs:
        told["wrong"] = wrongs
    if lines:
        told["pairs"] = [_pair(line) for line in lines]
    return _row(QuizQuestionRow, told)


def _pair(line: str) -> list[str]:
    left, between, right = (part.strip() for part in line.partition(BETWEEN))
    if not between or not left or not right:
        sentence = f"“{line[:80]}” is no pair: write both sides with {BETWEEN} between them."
        raise Invalid.at("pairs", sentence)
    return [left, right]


def typed_question(row: QuizQuestionRow) -> dict[str, Any]:
    """As its form shows it."""
    told = row.model_dump(mode="json", include={*OF_QUESTION, "explanation"}, exclude_none=True)
    return told | {
        "right": "\n".join(row.rights if row.right else []),
        "wrong": "\n".join(row.wrong),
        "pairs": "\n".join(f"{left} {BETWEEN} {right}" for left, right in row.pairs),
    }


def with_question(tables: QuizTables, row: QuizQuestionRow) -> QuizTables:
    """In the place of the one with its slug; a new one stands last in its part of the exam."""
    rows = list(tables.questions)
    places = [place for place, one in enumerate(rows) if one.slug == row.slug]
    if places:
        rows[places[0]] = row
    else:
        same = [at for at, one in enumerate(rows) if one.exam_section == row.exam_section]
        rows.insert(same[-1] + 1 if same else len(rows), row)
    return _row(QuizTables, _told(tables) | {"questions": _rows(rows)})


def without_question(tables: QuizTables, slug: str) -> QuizTables:
    """Quizzes that ask it ask it no longer; one that would ask nothing goes, too."""
    told = _told(tables)
    told["questions"] = [one for one in told["questions"] if one["slug"] != slug]
    for one in [*told["quizzes"], *([told["placement"]] if tables.placement else [])]:
        one["questions"] = [name for name in one.get("questions", []) if name != slug]
    told["quizzes"] = [one for one in told["quizzes"] if one["questions"]]
    return _row(QuizTables, told)


def asked_by(tables: QuizTables, slug: str) -> list[str]:
    """The titles of the quizzes that name a question."""
    named = [one for one in tables.every_quiz if not isinstance(one, MockExamRow)]
    return [one.title for one in named if slug in one.questions]


def moved(tables: QuizTables, slug: str, by: int) -> QuizTables:
    """A question changes places with the one before or after it in the same part of the exam."""
    rows = list(tables.questions)
    place = next((at for at, one in enumerate(rows) if one.slug == slug), None)
    if place is None:
        return tables
    part = [at for at, one in enumerate(rows) if one.exam_section == rows[place].exam_section]
    to = part.index(place) + by
    if 0 <= to < len(part):
        other = part[to]
        rows[place], rows[other] = rows[other], rows[place]
    return tables.model_copy(update={"questions": rows})


def by_section(tables: QuizTables) -> dict[str, list[QuizQuestionRow]]:
    """The questions of each section of the exam, in the order of the file."""
    found: dict[str, list[QuizQuestionRow]] = {one.slug: [] for one in tables.sections}
    for question in tables.questions:
        found.setdefault(question.exam_section, []).append(question)
    return found


def place_of(tables: QuizTables, slug: str) -> str:
    """Where the page of all quizzes shows a question, as the end of its address."""
    part = next((one.exam_section for one in tables.questions if one.slug == slug), "")
    return f"?section={part}#question-{slug}" if part else "#questions"


def kind_of(tables: QuizTables, slug: str) -> Kind | None:
    if tables.placement and tables.placement.slug == slug:
        return "placement"
    if any(one.slug == slug for one in tables.quizzes):
        return "practice"
    return "mock_exam" if any(one.slug == slug for one in tables.mock_exams) else None


def quiz_of(sent: Sent, kind: Kind, slug: str) -> Test:
    """The form of one quiz. Raises Invalid, by field."""
    told = _typed(sent, OF_QUIZ[kind]) | {"slug": slug}
    if kind != "mock_exam":
        told["questions"] = _in_places(sent)
    return _row(SCHEMAS[kind], told)


def _in_places(sent: Sent) -> list[str]:
    """The questions that were given a number, by it; of equal ones the first."""
    placed = []
    for name in sent.fields:
        if name.startswith("place.") and (text := "".join(sent.texts(name)).strip()):
            if not text.isdecimal() or len(text) > 4:
                raise Invalid.at(name, "A place is a whole number such as 3.")
            placed.append((int(text), name.removeprefix("place.")))
    return [slug for _, slug in sorted(placed, key=lambda one: one[0])]


def typed_quiz(row: Test) -> dict[str, Any]:
    """As its form shows it."""
    typed = row.model_dump(mode="json", exclude={"slug", "questions"}, exclude_none=True)
    asked = [] if isinstance(row, MockExamRow) else row.questions
    return typed | {f"place.{slug}": place for place, slug in enumerate(asked, start=1)}


def quiz_in(tables: QuizTables, slug: str) -> Test:
    return next(one for one in tables.every_quiz if one.slug == slug)


def with_quiz(tables: QuizTables, kind: Kind, row: Test) -> QuizTables:
    told = _told(tables)
    new = row.model_dump(mode="json", exclude_defaults=True)
    if kind == "placement":
        told["placement"] = new
    else:
        rows = told["quizzes" if kind == "practice" else "mock_exams"]
        places = [place for place, one in enumerate(rows) if one["slug"] == row.slug]
        if places:
            rows[places[0]] = new
        else:
            rows.append(new)
    return _row(QuizTables, told)


def without_quiz(tables: QuizTables, slug: str) -> QuizTables:
    told = _told(tables)
    if tables.placement and tables.placement.slug == slug:
        told["placement"] = None
    for name in ("quizzes", "mock_exams"):
        told[name] = [one for one in told[name] if one["slug"] != slug]
    return _row(QuizTables, told)


def free_slug(tables: QuizTables, text: str, *, of_question: bool = False) -> str:
    taken = [one.slug for one in (tables.questions if of_question else tables.every_quiz)]
    wanted = latin_slug(text, otherwise="question" if of_question else "quiz")
    return SlugBook(taken).take(wanted)


def with_length(tables: QuizTables, sent: Sent) -> QuizTables:
    """How long a mock exam is, and what passes it; the guide states the rest of the exam."""
    told = tables.exam.model_dump() | {
        name: "".join(sent.texts(name)) for name in ("questions", "minutes", "pass_mark")
    }
    return tables.model_copy(update={"exam": _row(ExamRow, told)})


def begun(exam: ExamFacts) -> QuizTables:
    """Without any question yet."""
    named = {"name": exam.title, "year": exam.year, "source": exam.source}
    lasts = {"questions": 20, "minutes": 60, "pass_mark": 0.7}
    sections = [one.model_dump(include={"slug", "title", "weight"}) for one in exam.sections]
    return QuizTables.model_validate({"exam": named | lasts, "sections": sections})


def exam_in(sent: Sent) -> ExamFacts:
    """The exam of a guide that stated none: a section on each line. Raises Invalid, by field."""
    slugs = SlugBook()
    parts = []
    for line in sent.lines("sections"):
        title, _, weight = (part.strip() for part in line.rpartition(BETWEEN))
        if not title or not weight.rstrip("% ").isdecimal():
            sentence = f"“{line[:80]}” is no section with its percent: write “Title {BETWEEN} 20”."
            raise Invalid.at("sections", sentence)
        percent = int(weight.rstrip("% ")[:4])
        parts.append({"slug": slugs.take(latin_slug(title)), "title": title, "weight": percent})
    told = _typed(sent, ("title", "year", "source")) | {"sections": parts}
    needed = f"Write one on each line, such as “Serving models {BETWEEN} 30”."
    try:
        return ExamFacts.model_validate(told)
    except ValidationError as error:
        raise Invalid.at_each(
            [
                FieldError("sections", needed)
                if one.field == "sections" and not parts
                else FieldError(one.field.split("/")[0] or "sections", one.message)
                for one in field_errors(error)
            ]
        ) from error


def _told(tables: QuizTables) -> dict[str, Any]:
    empty: dict[str, Any] = {"questions": [], "quizzes": [], "mock_exams": []}
    return empty | tables.model_dump(mode="json", exclude_defaults=True)


def _rows(rows: Sequence[BaseModel]) -> list[dict[str, Any]]:
    return [one.model_dump(mode="json", exclude_defaults=True) for one in rows]
