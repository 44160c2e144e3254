"""What the mentorships room reads and answers."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from cohort.cohorts.models import Stage
from cohort.cohorts.schemas import PausedUntil
from cohort.http.fields import Day, Note, Shown, Strict
from cohort.mentors.models import CameFrom
from cohort.mentorships.models import (
    DeclineReason,
    MentorshipState,
    ProposalState,
    Side,
)
from cohort.pairing.fit import Fit
from cohort.questions.models import AnswerOf, GivenAnswer


class NoIn(Strict):
    """Only the organisers read why."""

    because: DeclineReason = Field(
        default=DeclineReason.OTHER,
        description="Why not; with `other`, the note says it.",
        examples=["no_time"],
    )
    note: Note = Field(
        default="",
        description="Why not, in own words; needed where `because` is `other`.",
        examples=["I will be on parental leave this spring."],
    )
    pause_until: PausedUntil | None = Field(
        default=None,
        description="No other proposal before this day, for whoever says no.",
    )


class MentorshipPauseIn(Strict):
    resumes_on: Day | None = Field(
        default=None,
        description="The day from which the mentorship goes on by itself, in the cohort's time "
        "zone; without one, it pauses until somebody ends the pause.",
        examples=["2027-03-01"],
    )


class EndIn(Strict):
    reason: Note = Field(
        min_length=1,
        description="Why it ends; both and the organisers read it.",
        examples=["The new job has begun."],
    )


class RematchIn(Strict):
    reason: Note = Field(
        min_length=1,
        description="Why; only the organisers read it, never the other one.",
        examples=["Our fields turned out to be far apart."],
    )


FIT = Field(
    description="How well field, role goal and skills of the two fit, in a word; the score counts "
    "all that the rules weigh, so that a lower score may have a better word. Each of the three "
    "speaks for a pair from 0.5 on and against it below. `strong`: at least two for it, "
    "none against; `good`: two for it and one against, or one for it and none against; `fair`: one "
    "for it, at least one against; `weak`: none for it. Null in runs of before.",
    examples=["strong"],
)
BEST_SCORE = Field(
    description="The best score that the researcher could have had with any of the "
    "`possible_mentors`, whether they had room or not."
)
POSSIBLE_MENTORS = Field(description="How many mentors no requirement kept from the researcher.")


class FactorOut(Shown):
    """One part of a score, in [0, 1]."""

    name: str = Field(examples=["domain"])
    title: str = Field(examples=["Field"])
    score: float
    weight: float = Field(description="Its share of the score, all together 1.")


class ToldAnswer(Shown):
    """What somebody answered to a question of the cohort that the two may read."""

    name: str = Field(description="The question's.", examples=["remote"])
    asked: str
    answer: str


TOLD = Field(
    default=None,
    description="Answers to the cohort's questions that both may read; not in the lists of a "
    "cohort, whose organisers read all answers elsewhere.",
)


class ResearcherOut(Shown):
    """What the mentor sees of a researcher.

    Once the proposal is closed, or the mentorship has ended, the name alone: what is written later
    is not for the other one. The rest is null then.
    """

    enrolment_id: UUID
    name: str
    about: str | None = None
    stage: Stage | None = None
    domains: list[str] | None = None
    role_goals: list[str] | None = None
    languages: list[str] | None = None
    time_zone: str | None = None
    answers: list[ToldAnswer] | None = TOLD


class MentorCardOut(Shown):
    """What the researcher sees of a mentor; after the end the name alone, as of a researcher."""

    mentor_id: UUID
    name: str
    motivation: str | None = None
    came_from: CameFrom | None = None
    domains: list[str] | None = None
    roles: list[str] | None = None
    skills: list[str] | None = None
    organisations: list[str] | None = None
    languages: list[str] | None = None
    time_zone: str | None = None
    answers: list[ToldAnswer] | None = TOLD


class ProposalOut(Shown):
    id: UUID
    cohort_id: UUID
    state: ProposalState
    researcher: ResearcherOut
    mentor: MentorCardOut
    score: float | None = Field(
        description="Of the factors that both read. Wishes and answers that only organisers read "
        "count in the matching, and are left out here; a round's pair has all of it. Null where "
        "no factor is told."
    )
    fit: Fit | None = FIT
    reason: str
    factors: list[FactorOut]
    ends_mentorship: bool | None = Field(
        description="Whether the researcher has a mentor now, and that mentorship ends once both "
        "say yes to this; null for the mentor who is proposed."
    )
    researcher_accepted_at: datetime | None
    mentor_accepted_at: datetime | None
    because: DeclineReason | None = Field(
        description="Why it was declined; for organisers and who said it."
    )
    note: str = Field(description="Why it was declined (for organisers and who said it) or lapsed.")
    created_at: datetime
    remind_at: datetime | None = Field(
        description="When whoever has not answered is reminded; null once that is done."
    )
    expires_at: datetime
    closed_at: datetime | None


class RematchRequestOut(Shown):
    """Somebody in a mentorship asks for somebody else; the other one never reads it."""

    id: UUID
    mentorship_id: UUID
    side: Side = Field(description="Who asks.")
    researcher: str
    mentor: str
    reason: str
    asked_at: datetime


class MentorshipOut(Shown):
    id: UUID
    cohort_id: UUID
    proposal_id: UUID
    state: MentorshipState
    researcher: ResearcherOut
    mentor: MentorCardOut
    researcher_email: str | None = Field(description="Known to both until the mentorship ends.")
    mentor_email: str | None = Field(description="Known to both until the mentorship ends.")
    began_at: datetime
    paused_at: datetime | None
    resumes_on: date | None = Field(description="When a pause ends by itself.")
    ended_at: datetime | None
    end_reason: str


Told = Mapping[tuple[UUID, UUID, AnswerOf], Sequence[GivenAnswer]]
"""What may be told in pairs, by cohort, person and side."""
