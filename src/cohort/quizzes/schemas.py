"""What the quizzes room reads and answers."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from cohort.http.fields import Shown, Strict
from cohort.http.patterns import CHOICE
from cohort.quizzes.marking import AnswerKind
from cohort.quizzes.models import QuizKind
from cohort.quizzes.rows import MOST_CHOICES, Amount

ChoiceKey = Annotated[str, StringConstraints(pattern=CHOICE)]
"""A letter for each choice, in the order in which this try shows them."""
MATCHED = "Of a match: the letter of the partner of each line, in order; null where it is left."


class BeginIn(Strict):
    quiz_id: UUID


class AnswerIn(Strict):
    """By the kind of the question: `chosen`, `number` or `matched`. Nothing takes it back."""

    chosen: list[ChoiceKey] = Field(default=[], max_length=MOST_CHOICES, examples=[["b"]])
    number: Amount | None = Field(default=None, examples=[0.85])
    matched: list[ChoiceKey | None] = Field(
        default=[], max_length=MOST_CHOICES, description=MATCHED, examples=[["b", None, "a"]]
    )


class QuizOut(Shown):
    """A quiz, and how it went for the one whose it is."""

    id: UUID
    slug: str
    kind: QuizKind
    title: str
    about: str
    minutes: int | None = Field(description="How long the exam would last; nobody is stopped.")
    questions: int
    tries: int = Field(description="How many were handed in.")
    best: float | None = Field(description="The best score of them, from 0 to 1.")
    open_try_id: UUID | None
    last_try_id: UUID | None = Field(description="The newest one that was handed in.")
    milestone: str = Field(description="The slug of the milestone that it checks, or empty.")
    passes_from: float | None = Field(
        description="From this score on, handing it in passes that milestone."
    )


class ListedTryOut(Shown):
    id: UUID
    enrolment_id: UUID
    quiz_id: UUID
    began_at: datetime
    handed_in_at: datetime | None
    score: float | None = Field(description="The mean mark of its questions, from 0 to 1.")
    right: int | None = Field(description="How many are wholly right.")


class ChoiceOut(Shown):
    key: str
    text: str


class AnsweredOut(Shown):
    """With the fields of an answer."""

    chosen: list[str]
    number: float | None
    matched: list[str | None] = Field(description=MATCHED)


class MarkedOut(AnsweredOut):
    """What would have been right, once the try is handed in."""

    mark: float = Field(description="From 0 to 1.")
    tolerance: float | None
    explanation: str = Field(description="Markdown.")


class AskedOut(Shown):
    """A question as this try asks it."""

    id: UUID
    kind: AnswerKind
    exam_section: str
    text: str = Field(description="Markdown.")
    choices: list[ChoiceOut]
    lefts: list[str] = Field(description="Of a match: what the choices belong to.")
    unit: str
    answer: AnsweredOut | None
    result: MarkedOut | None = Field(description="Null until the try is handed in.")


class TryOut(ListedTryOut):
    title: str
    kind: QuizKind
    minutes: int | None
    questions: list[AskedOut]


class ReadinessSectionOut(Shown):
    """An official section: what was answered for the first time, and what it tells."""

    slug: str
    title: str
    weight: int = Field(description="In percent.")
    questions: int = Field(description="So many of a mock exam are of it.")
    answered: int
    right: int
    share: float = Field(description="The share of questions that she can probably answer.")
    share_from: float = Field(description="With `share_to`: where it is, four times of five.")
    share_to: float
    gain_per_hour: float | None = Field(
        description="What an hour of study here adds to the chance; see `docs/quizzes.md`."
    )


class ReadinessOut(Shown):
    """How likely she is to pass the exam now. Null, while there are fewer than 20 answers."""

    enrolment_id: UUID
    exam: str
    year: int = Field(description="When its sections and weights were published.")
    source: str
    questions: int
    pass_mark: float = Field(description="An estimate, as the official one is not published.")
    needed: int = Field(description="Right answers to pass.")
    answered: int = Field(description="Questions answered; only the first time counts.")
    chance: float | None
    chance_from: float | None = Field(
        description="With `chance_to`: what the chance may be, four times of five."
    )
    chance_to: float | None
    expected: float | None = Field(description="Right answers in an exam of today.")
    expected_from: int | None
    expected_to: int | None
    sections: list[ReadinessSectionOut] | None = Field(
        description="Null for a mentor to whom she shows only how many milestones are passed."
    )


class ExamStanding(StrEnum):
    """In the order in which the list has them: whoever may book first."""

    READY = "ready"
    CLOSE = "close"
    NOT_YET = "not_yet"
    TOO_FEW_ANSWERS = "too_few_answers"
    BOOKED = "booked"
    PASSED = "passed"


class ReadinessSearch(Strict):
    """What the list of a cohort is searched by."""

    q: str = Field(default="", max_length=100)
    standing: ExamStanding | None = None


class CohortReadinessOut(Shown):
    """Whether somebody may book the exam. Chances are null while she has fewer than 20 answers."""

    enrolment_id: UUID
    name: str
    standing: ExamStanding = Field(
        description="`ready`: she passes now with a chance of at least 80 %, and has answered at "
        "least as many questions as the exam has. `close`: of at least 50 %. `booked` and "
        "`passed`: so says her plan."
    )
    answered: int
    chance: float | None
    chance_from: float | None = Field(
        description="With `chance_to`: what the chance may be, four times of five."
    )
    chance_to: float | None
    sections: list[ReadinessSectionOut]

    @property
    def helps_most(self) -> list[ReadinessSectionOut]:
        """The two sections in which an hour adds most to her chance."""
        gains = [one for one in self.sections if one.gain_per_hour is not None]
        return sorted(gains, key=lambda one: -(one.gain_per_hour or 0.0))[:2]


class DrawnOut(Shown):
    """A choice, and how many took it."""

    text: str
    is_right: bool
    times: int


class ItemOut(Shown):
    """How a question does. Fewer than five who answered: only how many they are."""

    id: UUID
    slug: str
    kind: AnswerKind
    exam_section: str
    text: str = Field(description="Markdown.")
    answered: int = Field(description="People who have handed in an answer; the first one counts.")
    right: int | None = Field(default=None, description="Wholly right.")
    empty: int | None = None
    share: float | None = Field(default=None, description="Of those who have it right.")
    share_from: float | None = Field(
        default=None, description="With `share_to`: where it lies, four times of five."
    )
    share_to: float | None = None
    mean_mark: float | None = None
    discrimination: float | None = Field(
        default=None,
        description="How its mark goes along with the rest of the try, from -1 to 1; from 20 on.",
    )
    choices: list[DrawnOut] = Field(default=[], description="Of single and multiple choice.")

    @property
    def drew_most(self) -> list[DrawnOut]:
        """The wrong choices that most people took; several, where they are level."""
        wrong = [one for one in self.choices if not one.is_right and one.times]
        most = max((one.times for one in wrong), default=0)
        return [one for one in wrong if one.times == most]

    @property
    def misleads(self) -> bool:
        """Whether a wrong choice drew more than every right one: it needs another look."""
        right = [one.times for one in self.choices if one.is_right]
        return any(one.times > max(right, default=0) for one in self.drew_most)
