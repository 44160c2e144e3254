"""What the agendas room reads and answers."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from cohort.agendas.models import EntryKind
from cohort.agendas.needs import NeedKind
from cohort.cohorts.models import MentorSees
from cohort.http.fields import Note, Shown, Strict
from cohort.study.models import ItemState

IS_SHARED = "Of a note: whether the other one reads it. Goals and points are always for both."


class EntryIn(Strict):
    kind: EntryKind = Field(examples=["goal"])
    text: Note = Field(min_length=1, examples=["Deploy one model end to end."])
    is_shared: bool = Field(default=False, description=IS_SHARED)


class EntryChangeIn(Strict):
    """What is left out stays as it is."""

    text: Note | None = Field(default=None, min_length=1, examples=["Deploy two models."])
    is_shared: bool | None = Field(default=None, description=IS_SHARED)
    is_done: bool | None = Field(
        default=None, description="Whether the goal is reached, or the point was talked about."
    )


class EntryOut(Shown):
    id: UUID
    mentorship_id: UUID
    kind: EntryKind
    text: str
    is_shared: bool
    written_by: UUID
    done_at: datetime | None
    created_at: datetime
    changed_at: datetime


class AgendaMilestoneOut(Shown):
    """A milestone of the researcher's plan."""

    item_id: UUID
    title: str
    skills: list[str]
    state: ItemState
    due_at: datetime
    passed_at: datetime | None


class PlanCountsOut(Shown):
    """Milestones of a plan, counted."""

    passed: int
    total: int
    due: int


class MenteeNeedOut(Shown):
    """Something that the researcher needs from her mentor this month, and why."""

    kind: NeedKind = Field(
        description="`asked`: she wrote it on the agenda. `again`, `late` and `due` are milestones "
        "of her plan. `weak_section`: a section of the exam that went badly in her quizzes."
    )
    title: str
    reason: str
    strengths: list[str] = Field(
        description="Skills that it asks for and in which the mentor is strong, by their titles."
    )
    item_id: UUID | None = Field(description="Of a milestone.")
    due_at: datetime | None


class AgendaOut(Shown):
    """What the plan says to talk about; a milestone is in one list only."""

    enrolment_id: UUID
    shown: MentorSees = Field(
        description="What of the plan the reader sees: the researcher all, her mentor as she chose."
    )
    counts: PlanCountsOut | None = Field(description="Null where nothing is shown.")
    since: datetime = Field(description="When the two met last; else when they began.")
    next_meeting: datetime | None = Field(description="The next one that both agreed to.")
    needs: list[MenteeNeedOut] = Field(
        description="What the researcher needs from her mentor this month, as far as she shows it: "
        "what she asked for, what was returned, what is late, weak sections, what is due."
    )
    passed: list[AgendaMilestoneOut] = Field(description="Passed since then.")
    again: list[AgendaMilestoneOut] = Field(description="The review asks for another look.")
    late: list[AgendaMilestoneOut] = Field(description="Past their date, and not handed in.")
    due: list[AgendaMilestoneOut] = Field(description="Due in the next four weeks.")
