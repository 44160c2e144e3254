"""Proposals and mentorships as the API answers them: to each what she may read."""

from typing import Any

from cohort.cohorts.models import Enrolment
from cohort.mentors.models import Mentor
from cohort.mentorships import policy
from cohort.mentorships.models import Mentorship, Proposal, RematchRequest, Side
from cohort.mentorships.schemas import (
    MentorCardOut,
    MentorshipOut,
    ProposalOut,
    RematchRequestOut,
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
            "ends_mentorship": None
            if policy.side_of(actor, proposal) is Side.MENTOR
            else proposal.moves,
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
    """Answers are told while the two have to do with each other, whatever else is on the page."""
    enrolment, mentor = pair.enrolment, pair.mentor
    told = told if policy.is_live(pair) else {}
    researcher = ResearcherOut(enrolment_id=enrolment.id, name=enrolment.person.name)
    if policy.sees(actor, pair, Side.RESEARCHER):
        researcher = researcher_out(enrolment, _answers(enrolment, AnswerOf.RESEARCHER, told))
    card = MentorCardOut(mentor_id=mentor.id, name=mentor.person.name)
    if policy.sees(actor, pair, Side.MENTOR):
        card = mentor_out(mentor, _answers(mentor, AnswerOf.MENTOR, told))
    return {"researcher": researcher, "mentor": card}


def researcher_out(enrolment: Enrolment, answers: list[ToldAnswer] | None = None) -> ResearcherOut:
    columns = {name: getattr(enrolment, name) for name in OF_ENROLMENT}
    its = {"enrolment_id": enrolment.id, "name": enrolment.person.name, "answers": answers}
    return ResearcherOut.model_validate(columns | its)


def mentor_out(mentor: Mentor, answers: list[ToldAnswer] | None = None) -> MentorCardOut:
    columns = {name: getattr(mentor, name) for name in OF_MENTOR}
    its = {"mentor_id": mentor.id, "name": mentor.person.name, "answers": answers}
    return MentorCardOut.model_validate(columns | its)


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


def rematch_request_out(request: RematchRequest) -> RematchRequestOut:
    columns = {name: getattr(request, name, None) for name in RematchRequestOut.model_fields}
    mentorship = request.mentorship
    return RematchRequestOut.model_validate(
        columns
        | {
            "researcher": mentorship.enrolment.person.name,
            "mentor": mentorship.mentor.person.name,
        }
    )
