"""What the questions room reads and answers."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from cohort.http.fields import Line, Note, Shown, Strict
from cohort.profiles.profile import once_each
from cohort.questions.models import AnswerOf, QuestionKind, ShownTo

MOST_ANSWERS = 60


def _no_path(name: str) -> str:
    if "/" in name:
        raise ValueError("contains a slash; errors name an answer by a path, so use another sign")
    return name


Name = Annotated[
    Line,
    StringConstraints(max_length=80),
    AfterValidator(_no_path),
    Field(
        description="What the rules and the reasons of a match call the question. It stays.",
        examples=["Favourite framework"],
    ),
]
Wording = Annotated[
    Note, StringConstraints(max_length=300), Field(examples=["Which framework do you like most?"])
]
Choices = Annotated[
    list[Annotated[Line, StringConstraints(max_length=120)]],
    AfterValidator(once_each),
    Field(max_length=60, examples=[["PyTorch", "JAX"]]),
]
Bound = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]
Value = Annotated[str, Field(max_length=2_000)] | bool | float | list[str]
Answers = Annotated[
    dict[str, Value],
    Field(
        max_length=MOST_ANSWERS,
        description="To the organisers' own questions, by name: a text, one choice, a list of "
        "choices, a number, or true and false. The form's schema has them.",
        examples=[{}],
    ),
]


class QuestionIn(Strict):
    """A question that the organisers ask beside the profile.

    One that both sides answer can count in the matching: give it a weight in the rules.
    """

    name: Name
    kind: QuestionKind = Field(examples=["choice"])
    asks_researchers: Wording = Field(
        default="", description="In which words researchers are asked; empty, if they are not."
    )
    asks_mentors: Wording = Field(
        default="", description="In which words mentors are asked; empty, if they are not."
    )
    help: Note = Field(default="", examples=["Choose what you would use tomorrow."])
    choices: Choices = Field(default=[], description="With `choice` and `choices`, at least two.")
    least: Bound | None = Field(default=None, examples=[None])
    most: Bound | None = Field(
        default=None, description="With `scale` and `number`.", examples=[None]
    )
    required: bool = Field(default=False, examples=[False])
    shown_to: ShownTo = ShownTo.ORGANISERS


class QuestionChange(Strict):
    """What is left out, or null, stays. Once somebody has answered, only the place can change."""

    asks_researchers: Wording | None = None
    asks_mentors: Wording | None = None
    help: Note | None = Field(default=None, examples=["Choose what you would use tomorrow."])
    choices: Choices | None = None
    least: Bound | None = Field(default=None, examples=[None])
    most: Bound | None = Field(default=None, examples=[None])
    required: bool | None = Field(default=None, examples=[True])
    shown_to: ShownTo | None = None
    place: int | None = Field(default=None, ge=1, le=1_000, description="1 is first.", examples=[1])


class QuestionOut(Shown):
    id: UUID
    cohort_id: UUID
    name: str
    kind: QuestionKind
    asks_researchers: str
    asks_mentors: str
    help: str
    choices: list[str]
    least: float | None
    most: float | None
    required: bool
    shown_to: ShownTo
    place: int
    answered: int = Field(description="How many answers there are; from the first on it stays.")
    retired_at: datetime | None = Field(description="Since when nobody is asked any more.")
    created_at: datetime


class AnswersIn(Strict):
    """All answers of one side; what is left out is taken back."""

    answers: Answers


class AnswerOut(Shown):
    """One answer, as the organisers read it."""

    question: str = Field(description="The name of the question.")
    side: AnswerOf
    value: Any
    answered_at: datetime


class AnswersOut(Shown):
    """What you are asked as one side of a cohort, and what you answered."""

    cohort_id: UUID
    side: AnswerOf
    questions: list[dict[str, Any]] = Field(
        description="What this side is asked now, each as JSON Schema, in order; `x-name` is the "
        "name of its answer."
    )
    answers: dict[str, Any]
