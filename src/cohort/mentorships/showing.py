"""Proposals and mentorships as the API answers them: to each what she may read."""

from typing import Any

from cohort.cohorts.models import Enrolment
from cohort.mentors.models import Mentor
from cohort.mentorships import policy
from cohort.mentorships.models import Mentorship, Proposal, Side
from cohort.mentorships.schemas import (
    MentorCardOut,
    MentorshipOut,
    ProposalOut,
    ResearcherOut,
    Told,
    ToldAnswer,
)
from cohort.people.models import Person
from cohort.questions.models import AnswerOf


def proposal_out(actor: Person, proposal: Proposal, told: Told) -> ProposalOut:
    """As the actor may see it: why one of the two said no is not for the other."""
    columns = {name: getattr(proposal, name, None) for name in ProposalOut.model_fields}
    hidden = policy.side_of(actor, proposal) and proposal.declined_by not in {None, actor.id}
    return ProposalOut.model_validate(
        columns
        | _the_two(actor, proposal, told)
        | {
            "because": None if hidden else proposal.because,
            "score": proposal.score if proposal.factors else None,
            "note": "" if hidden else proposal.note,
        }
    )


def mentorship_out(actor: Person, mentorship: Mentorship, told: Told) -> MentorshipOut:
    columns = {name: getattr(mentorship, name, None) for name in MentorshipOut.model_fields}
    active = policy.is_live(mentorship)
    return MentorshipOut.model_validate(
        columns
        | _the_two(actor, mentorship, told)
        | {
            "researcher_email": mentorship.enrolment.person.email if active else None,
            "mentor_email": mentorship.mentor.person.email if active else None,
        }
    )


def _the_two(actor: Person, pair: Proposal | Mentorship, told: Told) -> dict[str, Any]:
    enrolment, one = pair.enrolment, pair.mentor
    researcher: dict[str, Any] = {"enrolment_id": enrolment.id, "name": enrolment.person.name}
    mentor: dict[str, Any] = {"mentor_id": one.id, "name": one.person.name}
    if policy.sees(actor, pair, Side.RESEARCHER):
        researcher |= {name: getattr(enrolment, name) for name in OF_ENROLMENT}
        researcher["answers"] = _answers(enrolment, AnswerOf.RESEARCHER, told)
    if policy.sees(actor, pair, Side.MENTOR):
        mentor |= {name: getattr(one, name) for name in OF_MENTOR}
        mentor["answers"] = _answers(one, AnswerOf.MENTOR, told)
    return {"researcher": researcher, "mentor": mentor}


OF_ENROLMENT = ResearcherOut.model_fields.keys() - {"enrolment_id", "name", "answers"}
OF_MENTOR = MentorCardOut.model_fields.keys() - {"mentor_id", "name", "answers"}


def _answers(one: Enrolment | Mentor, side: AnswerOf, told: Told) -> list[ToldAnswer] | None:
    given = told.get((one.cohort_id, one.person_id, side))
    if given is None:
        return None
    return [
        ToldAnswer(name=its.question.name, asked=its.question.asks(side), answer=its.in_words)
        for its in given
    ]
