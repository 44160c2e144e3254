"""What the mentorships room reads and answers."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from cohort.cohorts.models import Enrolment, Stage
from cohort.cohorts.schemas import PausedUntil
from cohort.http.fields import Note, Shown, Strict
from cohort.mentors.models import CameFrom, Mentor
from cohort.mentorships.models import (
    DeclineReason,
    Mentorship,
    MentorshipState,
    Proposal,
    ProposalState,
)
from cohort.pairing.fit import Fit
from cohort.people.models import Person


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


class EndIn(Strict):
    reason: Note = Field(
        min_length=1,
        description="Why it ends; both and the organisers read it.",
        examples=["The new job has begun."],
    )


FIT = Field(
    description="How well the two suit each other, by what they have in common. Field, role goal "
    "and skills speak for a pair from 0.5 on and against it below. `strong`: at least two for it, "
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


class ResearcherOut(Shown):
    """What the mentor sees of a researcher."""

    enrolment_id: UUID
    name: str
    about: str
    stage: Stage
    domains: list[str]
    role_goals: list[str]
    languages: list[str]
    time_zone: str


class MentorCardOut(Shown):
    """What the researcher sees of a mentor."""

    mentor_id: UUID
    name: str
    motivation: str
    came_from: CameFrom
    domains: list[str]
    roles: list[str]
    skills: list[str]
    organisations: list[str]
    languages: list[str]
    time_zone: str


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
    ended_at: datetime | None
    end_reason: str


def researcher_out(enrolment: Enrolment) -> ResearcherOut:
    columns = {name: getattr(enrolment, name, None) for name in ResearcherOut.model_fields}
    return ResearcherOut.model_validate(
        columns | {"enrolment_id": enrolment.id, "name": enrolment.person.name}
    )


def mentor_out(mentor: Mentor) -> MentorCardOut:
    columns = {name: getattr(mentor, name, None) for name in MentorCardOut.model_fields}
    return MentorCardOut.model_validate(
        columns | {"mentor_id": mentor.id, "name": mentor.person.name}
    )


def proposal_out(actor: Person, proposal: Proposal) -> ProposalOut:
    """As the actor may see it: why one of the two said no is not for the other."""
    columns = {name: getattr(proposal, name, None) for name in ProposalOut.model_fields}
    one_of_the_two = actor.id in {proposal.enrolment.person_id, proposal.mentor.person_id}
    hidden = one_of_the_two and proposal.declined_by not in {None, actor.id}
    return ProposalOut.model_validate(
        columns
        | {
            "researcher": researcher_out(proposal.enrolment),
            "mentor": mentor_out(proposal.mentor),
            "because": None if hidden else proposal.because,
            "score": proposal.score if proposal.factors else None,
            "note": "" if hidden else proposal.note,
        }
    )


def mentorship_out(mentorship: Mentorship) -> MentorshipOut:
    columns = {name: getattr(mentorship, name, None) for name in MentorshipOut.model_fields}
    active = mentorship.ended_at is None
    return MentorshipOut.model_validate(
        columns
        | {
            "researcher": researcher_out(mentorship.enrolment),
            "mentor": mentor_out(mentorship.mentor),
            "researcher_email": mentorship.enrolment.person.email if active else None,
            "mentor_email": mentorship.mentor.person.email if active else None,
        }
    )
