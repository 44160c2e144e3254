"""What a file of quizzes says, row by row."""

from collections import Counter
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from cohort.http.fields import Line, Note, Prose, Slug, Strict, Url
from cohort.quizzes.marking import AnswerKind, Key

Amount = Annotated[float, Field(ge=-1e12, le=1e12, allow_inf_nan=False)]
Choice = Annotated[Line, Field(max_length=300)]
MOST_CHOICES = 12
MOST_ROWS = 5_000
MOST_IN_A_QUIZ = 200
FEWEST_PLACED = 3
"""So many answers of a placement quiz tell where somebody stands in a section."""


A_QUESTION: JsonDict = {
    "slug": "batch-or-online",
    "kind": "single",
    "exam_section": "serving-and-scaling",
    "section": "bridging",
    "text": "Scores are read once a night. How do you serve them?",
    "right": "As a batch",
    "wrong": ["Online", "By mail"],
    "explanation": "Nobody waits for them.",
}


class ExamRow(Strict):
    """The `[exam]` of a file of quizzes."""

    name: Line = Field(examples=["Professional Machine Learning Engineer"])
    year: int = Field(ge=2000, le=2199, examples=[2024])
    source: Url
    questions: int = Field(ge=1, le=200, examples=[50])
    minutes: int = Field(ge=1, le=1_000, examples=[120])
    pass_mark: float = Field(gt=0, lt=1, examples=[0.7])


class ExamSectionRow(Strict):
    """A `[[section]]`: one official section of the exam."""

    slug: Slug = Field(examples=["serving-and-scaling"])
    title: Line = Field(examples=["Serving and scaling models"])
    weight: int = Field(ge=1, le=100, description="In percent.", examples=[20])
    skills: list[Slug] = Field(default=[], max_length=10, examples=[["serving"]])


class QuizQuestionRow(Strict):
    """A `[[question]]`; which fields it has goes by its kind."""

    model_config = ConfigDict(json_schema_extra={"examples": [A_QUESTION]})

    slug: Slug = Field(examples=["batch-or-online"])
    kind: AnswerKind
    exam_section: Slug
    section: Line = Field(description="The slug of a section of the guide.")
    text: Annotated[Prose, Field(min_length=1, max_length=4_000)]
    right: Choice | list[Choice] = Field(default=[])
    wrong: list[Choice] = Field(default=[])
    number: Amount | None = None
    tolerance: Annotated[Amount, Field(ge=0)] | None = None
    unit: Annotated[Line, Field(max_length=40)] | Literal[""] = ""
    pairs: list[Annotated[list[Choice], Field(min_length=2, max_length=2)]] = Field(default=[])
    explanation: Annotated[Note, Field(min_length=1)]

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        for name in ("right", "wrong", "number", "tolerance", "unit", "pairs"):
            is_given = getattr(self, name) != type(self).model_fields[name].default
            if name not in FIELDS_OF[self.kind] and is_given:
                raise ValueError(f"is of kind “{self.kind}” and has no “{name}”")
        match self.kind:
            case AnswerKind.NUMBER:
                if self.number is None or self.tolerance is None:
                    raise ValueError("needs a number and a tolerance; 0 is a tolerance")
            case AnswerKind.MATCH:
                self._check_pairs()
            case _:
                self._check_choices()
        return self

    def _check_choices(self) -> None:
        if isinstance(self.right, list) is (self.kind is AnswerKind.SINGLE):
            few = "one right choice, as a text" if isinstance(self.right, list) else "a list"
            raise ValueError(f"is of kind “{self.kind}”: its “right” is {few}")
        if not self.rights or not self.wrong:
            raise ValueError("needs at least one right and one wrong choice")
        _check_distinct(self.choices)

    def _check_pairs(self) -> None:
        if len(self.pairs) < 2:
            raise ValueError("needs at least two pairs")
        lefts = [left for left, _ in self.pairs]
        if len(set(lefts)) < len(lefts):
            raise ValueError("has the same left side in two pairs")
        if set(self.wrong) & {right for _, right in self.pairs}:
            raise ValueError("has a wrong choice that is the partner of a pair")
        _check_distinct(self.choices)

    @property
    def rights(self) -> list[str]:
        return self.right if isinstance(self.right, list) else [self.right]

    @property
    def choices(self) -> list[str]:
        """The right ones first; nobody is shown them in this order."""
        if self.kind is AnswerKind.MATCH:
            return [*dict.fromkeys(right for _, right in self.pairs), *self.wrong]
        return [] if self.kind is AnswerKind.NUMBER else [*self.rights, *self.wrong]

    @property
    def key(self) -> Key:
        match self.kind:
            case AnswerKind.NUMBER:
                return Key(self.kind, (), self.number or 0.0, self.tolerance or 0.0)
            case AnswerKind.MATCH:
                return Key(self.kind, [self.choices.index(right) for _, right in self.pairs])
            case _:
                return Key(self.kind, list(range(len(self.rights))))


FIELDS_OF = {
    AnswerKind.SINGLE: {"right", "wrong"},
    AnswerKind.MULTIPLE: {"right", "wrong"},
    AnswerKind.NUMBER: {"number", "tolerance", "unit"},
    AnswerKind.MATCH: {"pairs", "wrong"},
}


def _check_distinct(choices: list[str]) -> None:
    if len({one.casefold() for one in choices}) < len(choices):
        raise ValueError("has the same choice twice")
    if len(choices) > MOST_CHOICES:
        raise ValueError(f"has more than {MOST_CHOICES} choices")


class _Checks(Strict):
    slug: Slug = Field(examples=["serving"])
    milestone: Slug | None = Field(
        default=None, description="Of the guide; the quiz checks it.", examples=["mock-exam"]
    )
    passes_from: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="From this score on it passes the milestone. Left out, it passes nothing.",
        examples=[0.8],
    )

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.passes_from is not None and self.milestone is None:
            raise ValueError("has “passes_from”, but names no milestone")
        return self


class QuizRow(_Checks):
    """A `[[quiz]]`, which names its questions."""

    title: Line
    about: Note = ""
    questions: list[Slug] = Field(min_length=1, max_length=MOST_IN_A_QUIZ)


class PlacementRow(Strict):
    """The `[placement]`: a quiz of all sections that is taken once, and passes nothing.

    It names its questions, or they are drawn.
    """

    slug: Slug = Field(examples=["placement"])
    title: Line
    about: Note = ""
    of_each_section: int = Field(
        default=FEWEST_PLACED,
        ge=FEWEST_PLACED,
        le=10,
        description="So many questions are drawn from each section; with fewer than three, a "
        "section would say nothing.",
    )
    questions: list[Slug] = Field(
        default=[],
        max_length=MOST_IN_A_QUIZ,
        description="These in this order, and none are drawn.",
    )


class MockExamRow(_Checks):
    """A `[[mock_exam]]`, whose questions are dealt to it by the weights of the sections."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"slug": "mock-1", "title": "Mock exam 1"}]}
    )

    title: Line
    about: Note = ""


class QuizTables(Strict):
    """All quizzes of a guide, as their file says them."""

    exam: ExamRow
    sections: list[ExamSectionRow] = Field(min_length=1, max_length=30)
    questions: list[QuizQuestionRow] = Field(default=[], max_length=MOST_ROWS)
    placement: PlacementRow | None = None
    quizzes: list[QuizRow] = Field(default=[], max_length=MOST_ROWS)
    mock_exams: list[MockExamRow] = Field(default=[], max_length=100)

    @property
    def every_quiz(self) -> "list[QuizRow | MockExamRow | PlacementRow]":
        return [*self.quizzes, *self.mock_exams, *([self.placement] if self.placement else [])]

    @model_validator(mode="after")
    def _named_apart(self) -> Self:
        for slugs in (
            [one.slug for one in self.sections],
            [one.slug for one in self.questions],
            [one.slug for one in self.every_quiz],
        ):
            slug, times = next(iter(Counter(slugs).most_common(1)), ("", 0))
            if times > 1:
                raise ValueError(f"has the slug “{slug}” twice; rename one")
        return self
