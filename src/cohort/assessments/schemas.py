"""What the assessments room reads and answers, and the rows of its file."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from cohort.assessments.focus import Focus
from cohort.assessments.judging import FocusSource
from cohort.assessments.models import KnownLevel, StatementSide
from cohort.http.fields import Line, Shown, Slug, Strict

Statement = Annotated[Line, Field(max_length=300)]


class StatementRow(Strict):
    """A `[[statement]]` of a file."""

    slug: Slug
    side: StatementSide
    text: Statement
    milestones: list[Slug] = Field(min_length=1, max_length=20)
    skippable: list[Slug] = Field(default=[], max_length=20)

    @model_validator(mode="after")
    def _weighed(self) -> Self:
        for slug in self.skippable:
            if slug not in self.milestones:
                raise ValueError(f"“{slug}” is skippable, but not one of its milestones")
        return self


class RoleRow(Strict):
    """A `[[role]]` of a file."""

    slug: Slug
    skills: list[Slug] = Field(min_length=1, max_length=30)


class AssessmentFile(Strict):
    statement: list[StatementRow] = Field(min_length=1, max_length=100)
    role: list[RoleRow] = Field(default=[], max_length=100)


class AssessmentIn(Strict):
    """Answers by the slug of the statement; null takes one back, what is left out stays."""

    answers: dict[Slug, KnownLevel | None] = Field(
        max_length=100, examples=[{"repeatable-experiments": "done"}]
    )


class StatementOut(Shown):
    slug: str
    side: StatementSide
    text: str
    level: KnownLevel | None = Field(description="What you answered last.")
    answered_at: datetime | None


class MilestoneFocusOut(Shown):
    """How much a milestone of the plan counts for you, and why."""

    plan_item_id: UUID
    slug: str
    title: str
    focus: Focus
    weight: float = Field(description="0.5, 1 or 1.5, beside a milestone of normal focus.")
    source: FocusSource = Field(description="A quiz outweighs what you said.")
    may_skip: bool = Field(
        description="Whether you may hand in what you already have. A reviewer passes it."
    )
    words: str


class PlacementSectionOut(Shown):
    """How the placement quiz went in an official section, and what counts since."""

    slug: str
    title: str
    asked: int
    right: int = Field(description="Of those that were asked, wholly right.")
    answered_in_all: int = Field(
        description="Questions of this section in all your quizzes; only the first time counts."
    )
    right_in_all: int
    focus: Focus | None = Field(
        description="What all your quizzes together say of this section. `low`: some of its "
        "milestones may be skipped with evidence. Null, while there are too few answers."
    )


class PlacementOut(Shown):
    """A quiz of all sections, taken once; it counts instead of what you say."""

    quiz_id: UUID
    title: str
    about: str
    questions: int
    try_id: UUID | None = Field(description="Yours, open or handed in: there is one.")
    handed_in_at: datetime | None
    sections: list[PlacementSectionOut] = Field(description="Empty until it is handed in.")


class AssessmentOut(Shown):
    placement: PlacementOut | None = Field(description="Null, where the guide has none.")
    answered: int
    statements: list[StatementOut]
    milestones: list[MilestoneFocusOut] = Field(
        description="Those that are not passed and of which something is known, by date."
    )
