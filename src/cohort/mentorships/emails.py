"""What we write to the two of a pair, and to organisers about them."""

from typing import Any

from cohort.cohorts.models import Enrolment
from cohort.mail import Message
from cohort.mentors.models import Mentor
from cohort.mentorships.models import DeclineReason, Mentorship, Proposal, ProposalState, Side
from cohort.people.models import Person

BECAUSE = {
    DeclineReason.NO_TIME: "No time for it now.",
    DeclineReason.FIELDS_DIFFER: "The fields are too far apart.",
    DeclineReason.GOALS_DIFFER: "It is not the direction looked for.",
    DeclineReason.HOURS_DIFFER: "The hours do not meet.",
    DeclineReason.ACQUAINTED: "They know or work with each other.",
}


def proposed(proposal: Proposal, side: Side) -> Message:
    me, _ = the_two(proposal, side)
    return Message(me.email, "mentorship_proposed", _of_open(proposal, side), kind="proposals")


def reminder(proposal: Proposal, side: Side) -> Message:
    me, _ = the_two(proposal, side)
    other_side = Side.MENTOR if side is Side.RESEARCHER else Side.RESEARCHER
    said_yes = proposal.yes_of(other_side) is not None
    context = _of_open(proposal, side) | {"other_said_yes": said_yes}
    return Message(me.email, "mentorship_reminder", context, kind="proposals")


def _of_open(proposal: Proposal, side: Side) -> dict[str, Any]:
    me, other = the_two(proposal, side)
    return {
        "name": me.name,
        "other": other.name,
        "other_is_mentor": side is Side.RESEARCHER,
        "cohort": proposal.enrolment.cohort.name,
        "reason": proposal.reason,
        "fit": proposal.fit,
        "remind_at": proposal.remind_at,
        "expires_at": proposal.expires_at,
        "time_zone": proposal.enrolment.cohort.time_zone,
        "where": f"/proposals/{proposal.id}",
        "moves": proposal.moves and side is Side.RESEARCHER,
    }


def matched(mentorship: Mentorship, side: Side) -> Message:
    me, other = the_two(mentorship, side)
    context: dict[str, Any] = {
        "name": me.name,
        "other": other.name,
        "other_email": other.email,
        "other_is_mentor": side is Side.RESEARCHER,
        "cohort": mentorship.enrolment.cohort.name,
        "where": f"/mentorships/{mentorship.id}",
    }
    return Message(me.email, "mentorship_matched", context, kind="mentorships")


def moved(mentorship: Mentorship) -> Message:
    """To the mentor before, whose place is free again; why is not said, as nobody is to blame."""
    me, other = the_two(mentorship, Side.MENTOR)
    context = {
        "name": me.name,
        "other": other.name,
        "cohort": mentorship.enrolment.cohort.name,
        "where": where_it_goes_on(mentorship.enrolment, Side.MENTOR),
    }
    return Message(me.email, "mentorship_moved", context, kind="mentorships")


def declined(proposal: Proposal, organiser: Person) -> Message:
    by_mentor = proposal.declined_by == proposal.mentor.person_id
    context = {
        "name": organiser.name,
        "researcher": proposal.enrolment.person.name,
        "mentor": proposal.mentor.person.name,
        "by": (proposal.mentor if by_mentor else proposal.enrolment).person.name,
        "because": BECAUSE.get(proposal.because or DeclineReason.OTHER, ""),
        "note": proposal.note,
        "cohort": proposal.enrolment.cohort.name,
        "slug": proposal.enrolment.cohort.slug,
    }
    return Message(organiser.email, "mentorship_declined", context, kind="organising")


def lapsed(proposal: Proposal, side: Side) -> Message:
    me, other = the_two(proposal, side)
    context = {
        "name": me.name,
        "other": other.name,
        "other_is_mentor": side is Side.RESEARCHER,
        "cohort": proposal.enrolment.cohort.name,
        "note": _what_happened(proposal, other),
        "you_said_yes": proposal.yes_of(side) is not None,
        "where": where_it_goes_on(proposal.enrolment, side),
    }
    return Message(me.email, "mentorship_lapsed", context, kind="mentorships")


def _what_happened(proposal: Proposal, other: Person) -> str:
    """Why one of the two said no is for the organisers alone."""
    if proposal.state is ProposalState.DECLINED:
        return f"{other.name} said no this time."
    return proposal.note


def pause(mentorship: Mentorship, side: Side, actor: Person | None) -> Message:
    me, other = the_two(mentorship, side)
    context: dict[str, Any] = {
        "name": me.name,
        "other": other.name,
        "by": actor.name if actor else None,
        "is_paused": mentorship.paused_at is not None,
        "resumes_on": mentorship.resumes_on,
        "cohort": mentorship.enrolment.cohort.name,
        "where": f"/mentorships/{mentorship.id}",
    }
    return Message(me.email, "mentorship_pause", context, kind="mentorships")


def left(mentorship: Mentorship) -> Message:
    """To the researcher whose mentor has left."""
    me, other = the_two(mentorship, Side.RESEARCHER)
    cohort = mentorship.enrolment.cohort
    context: dict[str, Any] = {
        "name": me.name,
        "other": other.name,
        "cohort": cohort.name,
        "day": cohort.matching_day,
        "where": f"/plan/{mentorship.enrolment_id}",
    }
    return Message(me.email, "mentorship_left", context, kind="mentorships")


def organiser_left(mentor: Mentor, organiser: Person, mentees: int) -> Message:
    context: dict[str, Any] = {
        "name": organiser.name,
        "mentor": mentor.person.name,
        "mentees": mentees,
        "cohort": mentor.cohort.name,
        "slug": mentor.cohort.slug,
    }
    return Message(organiser.email, "mentor_left", context, kind="organising")


def the_two(pair: Proposal | Mentorship, side: Side) -> tuple[Person, Person]:
    """Whom we write to, and whom about."""
    researcher, mentor = pair.enrolment.person, pair.mentor.person
    return (researcher, mentor) if side is Side.RESEARCHER else (mentor, researcher)


def where_it_goes_on(enrolment: Enrolment, side: Side) -> str:
    return f"/plan/{enrolment.id}" if side is Side.RESEARCHER else "/mentoring"
