"""A file of quizzes, read and checked; what is wrong is said with its line and question."""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from cohort.errors import Invalid
from cohort.http.forms import field_errors
from cohort.quizzes.marking import AnswerKind
from cohort.quizzes.mock_exams import apportion, deal, draw
from cohort.quizzes.rows import (
    FEWEST_PLACED,
    MOST_ROWS,
    ExamRow,
    ExamSectionRow,
    MockExamRow,
    PlacementRow,
    QuizQuestionRow,
    QuizRow,
    QuizTables,
)

Row = TypeVar("Row", ExamSectionRow, QuizQuestionRow, QuizRow, MockExamRow)
Table = TypeVar("Table", ExamRow, PlacementRow)
LARGEST = 5_000_000
TABLES = ("exam", "section", "question", "placement", "quiz", "mock_exam")
WHOLE = 100


@dataclass(frozen=True, slots=True)
class QuizFile:
    exam: ExamRow
    sections: Sequence[ExamSectionRow]
    questions: Sequence[QuizQuestionRow]
    quizzes: Sequence[QuizRow]
    mock_exams: Sequence[tuple[MockExamRow, Sequence[str]]]
    """Each with the slugs of its questions."""
    placement: tuple[PlacementRow, Sequence[str]] | None
    places: "Places"


class Places:
    """Where the rows of a table begin, for whoever has to mend one."""

    def __init__(self, toml: str) -> None:
        self.lines: dict[str, list[int]] = defaultdict(list)
        for number, line in enumerate(toml.splitlines(), start=1):
            if line.startswith("[["):
                self.lines[line.strip().strip("[]").strip()].append(number)

    def refused(self, kind: str, rows: int, number: int, slug: object, sentence: str) -> Invalid:
        """The line is left out where a text of the file looks like the head of a table."""
        lines = self.lines[kind]
        where = f", line {lines[number - 1]}" if len(lines) == rows else ""
        name = kind.replace("_", " ").capitalize()
        return Invalid(f"{name} {number} (“{str(slug)[:80]}”{where}): {sentence}")


def read_tables(toml: str) -> tuple[QuizTables, Places]:
    """Row by row; `checked` says whether they fit each other."""
    found, places = _tables(toml), Places(toml)
    placement = None
    if "placement" in found:
        placement = _table("placement", PlacementRow, found["placement"])
    # Each row is checked already, with its line; here only their slugs are left to.
    return QuizTables.model_construct(
        exam=_table("exam", ExamRow, found["exam"]),
        sections=_rows("section", ExamSectionRow, found["section"], places),
        questions=_rows("question", QuizQuestionRow, found["question"], places),
        placement=placement,
        quizzes=_rows("quiz", QuizRow, found.get("quiz", []), places),
        mock_exams=_rows("mock_exam", MockExamRow, found.get("mock_exam", []), places),
    ), places


def checked(tables: QuizTables, places: Places | None = None) -> QuizFile:
    """With the questions of mock exams and of the placement quiz. Raises Invalid."""
    places = places or Places("")
    exam, sections, questions = tables.exam, tables.sections, tables.questions
    quizzes, mock_exams, placement = tables.quizzes, tables.mock_exams, tables.placement
    if sum(one.weight for one in sections) != WHOLE:
        raise Invalid("The weights of the sections are not 100 in sum.")
    if not questions:
        raise Invalid("There is no question yet.")
    known = {one.slug for one in sections}
    for number, question in enumerate(questions, start=1):
        if question.exam_section not in known:
            sentence = f"“{question.exam_section}” is not a [[section]] of this file."
            raise places.refused("question", len(questions), number, question.slug, sentence)
    _check_quizzes(quizzes, mock_exams, {one.slug for one in questions}, places)
    dealt = _dealt(exam, sections, questions, mock_exams)
    drawn = None
    if placement is not None:
        if placement.slug in {one.slug for one in (*quizzes, *mock_exams)}:
            raise Invalid(f"[placement] another quiz has the slug “{placement.slug}”, too.")
        drawn = placement, _drawn(placement, sections, questions, dealt)
    return QuizFile(exam, sections, questions, quizzes, dealt, drawn, places)


def _tables(toml: str) -> dict[str, Any]:
    if len(toml) > LARGEST:
        raise Invalid(f"The file has more than {LARGEST:,} characters. Split it.")
    try:
        tables = tomllib.loads(toml)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Invalid(f"The file is not valid TOML: {error}.") from error
    for name in tables:
        if name not in TABLES:
            known = ", ".join(TABLES)
            raise Invalid(f"“{name[:80]}” does not belong here. The tables are: {known}.")
    for name in ("exam", "section", "question"):
        if name not in tables:
            raise Invalid(f"The file has no [{name}].")
    return tables


def _table(name: str, schema: type[Table], given: Any) -> Table:
    try:
        return schema.model_validate(given)
    except ValidationError as error:
        first = field_errors(error)[0]
        raise Invalid(f"[{name}] {first.field or 'table'}: {first.message}") from error


def _rows(kind: str, schema: type[Row], found: Any, places: Places) -> list[Row]:
    if not isinstance(found, list) or len(found) > MOST_ROWS:
        raise Invalid(f"Write each {kind} as [[{kind}]], at most {MOST_ROWS:,} of them.")
    rows: list[Row] = []
    seen: dict[str, int] = {}
    for number, given in enumerate(found, start=1):
        slug = given.get("slug", "") if isinstance(given, dict) else ""
        try:
            row: Row = schema.model_validate(given)
        except ValidationError as error:
            raise places.refused(kind, len(found), number, slug, _sentence(error)) from error
        if row.slug in seen:
            sentence = f"number {seen[row.slug]} has the same slug."
            raise places.refused(kind, len(found), number, slug, sentence)
        seen[row.slug] = number
        rows.append(row)
    return rows


def _sentence(error: ValidationError) -> str:
    first = field_errors(error)[0]
    return f"{first.field}: {first.message}" if first.field else first.message


def _check_quizzes(
    quizzes: Sequence[QuizRow], exams: Sequence[MockExamRow], known: set[str], places: Places
) -> None:
    for number, quiz in enumerate(quizzes, start=1):
        sentence = ""
        if unknown := [one for one in quiz.questions if one not in known]:
            sentence = f"“{unknown[0]}” is not a [[question]] of this file."
        elif len(set(quiz.questions)) < len(quiz.questions):
            sentence = "it has the same question twice."
        elif quiz.slug in {one.slug for one in exams}:
            sentence = "a mock exam has the same slug."
        if sentence:
            raise places.refused("quiz", len(quizzes), number, quiz.slug, sentence)


def _dealt(
    exam: ExamRow,
    sections: Sequence[ExamSectionRow],
    questions: Sequence[QuizQuestionRow],
    mock_exams: Sequence[MockExamRow],
) -> list[tuple[MockExamRow, Sequence[str]]]:
    """Of the questions with one right choice out of several, as the exam has them."""
    weights = {one.slug: one.weight for one in sections}
    pool: dict[str, list[str]] = defaultdict(list)
    for question in questions:
        if question.kind is AnswerKind.SINGLE:
            pool[question.exam_section].append(question.slug)
    wanted = apportion(exam.questions, weights)
    for section, count in wanted.items():
        if mock_exams and len(pool[section]) < count:
            raise Invalid(
                f"A mock exam of {exam.questions} questions takes {count} of the section"
                f" “{section}”, which has {len(pool[section])} of kind “single”."
            )
    return list(zip(mock_exams, deal(pool, wanted, len(mock_exams)), strict=True))


def _drawn(
    placement: PlacementRow,
    sections: Sequence[ExamSectionRow],
    questions: Sequence[QuizQuestionRow],
    dealt: Sequence[tuple[MockExamRow, Sequence[str]]],
) -> list[str]:
    """Those that it names; else as many of each section, of those first that no mock exam asks.

    So they stay new to her.
    """
    if placement.questions:
        return _named(placement, sections, questions)
    pool: dict[str, list[str]] = defaultdict(list)
    for question in questions:
        pool[question.exam_section].append(question.slug)
    wanted = placement.of_each_section
    for one in sections:
        if len(pool[one.slug]) < wanted:
            raise Invalid(
                f"[placement] It takes {wanted} questions of each section, and “{one.slug}” has"
                f" {len(pool[one.slug])}."
            )
    taken = [slugs for _, slugs in dealt]
    return draw({one.slug: pool[one.slug] for one in sections}, wanted, taken)


def _named(
    placement: PlacementRow,
    sections: Sequence[ExamSectionRow],
    questions: Sequence[QuizQuestionRow],
) -> list[str]:
    asks = {one.slug: one.exam_section for one in questions}
    named = placement.questions
    if unknown := [one for one in named if one not in asks]:
        raise Invalid(f"Placement quiz: there is no question “{unknown[0]}”.")
    if len(set(named)) < len(named):
        raise Invalid("Placement quiz: it has the same question twice.")
    counts = Counter(asks[one] for one in named)
    for section in sections:
        if counts[section.slug] < FEWEST_PLACED:
            raise Invalid(
                f"Placement quiz: it names {counts[section.slug]} of “{section.slug}”: with"
                f" fewer than {FEWEST_PLACED} questions of each section it would say nothing there."
            )
    return list(named)
