"""Who sees which proposals and mentorships, and what the matching has to know of them."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased

from cohort.cohorts import policy as cohorts
from cohort.cohorts.models import Enrolment
from cohort.mentors.models import Mentor
from cohort.mentorships.models import (
    Mentorship,
    Proposal,
    ProposalState,
    RematchRequest,
    Side,
)
from cohort.people.models import Person


def is_between(of: type[Proposal | Mentorship], actor: Person) -> ColumnElement[bool]:
    """The actor is one of the two."""
    return or_(
        of.enrolment_id.in_(select(Enrolment.id).where(Enrolment.person_id == actor.id)),
        of.mentor_id.in_(select(Mentor.id).where(Mentor.person_id == actor.id)),
    )


def proposals_visible_to(actor: Person) -> Select[Proposal]:
    """To the two, and to the organisers of their cohort."""
    organised = Proposal.cohort_id.in_(cohorts.organised_by(actor))
    return select(Proposal).where(or_(is_between(Proposal, actor), organised))


def visible_to(actor: Person) -> Select[Mentorship]:
    """To the two, and to the organisers of their cohort."""
    organised = Mentorship.cohort_id.in_(cohorts.organised_by(actor))
    return select(Mentorship).where(or_(is_between(Mentorship, actor), organised))


def side_of(actor: Person, pair: Proposal | Mentorship) -> Side | None:
    """Which of the two the actor is; the pair comes with its enrolment and mentor."""
    if pair.enrolment.person_id == actor.id:
        return Side.RESEARCHER
    return Side.MENTOR if pair.mentor.person_id == actor.id else None


def is_live(pair: Proposal | Mentorship) -> bool:
    """Whether the two still have to do with each other by it."""
    if isinstance(pair, Mentorship):
        return pair.ended_at is None
    return pair.state is ProposalState.OPEN


def sees(actor: Person, pair: Proposal | Mentorship, side: Side) -> bool:
    """Whether the actor reads the profile of that side: her own, and the other's while it lives.

    Of an accepted proposal the mentorship shows it. Organisers, who are neither, read both.
    """
    return side_of(actor, pair) in {None, side} or is_live(pair)


def active_in(cohort_id: UUID) -> Select[Mentorship]:
    return select(Mentorship).where(
        Mentorship.cohort_id == cohort_id, Mentorship.ended_at.is_(None)
    )


def open_in(cohort_id: UUID) -> Select[Proposal]:
    """Proposals that await an answer; each may come to need a place with its mentor."""
    return select(Proposal).where(
        Proposal.cohort_id == cohort_id, Proposal.state == ProposalState.OPEN
    )


def declined_pairs(cohort_id: UUID) -> Select[UUID, UUID]:
    """Enrolment and mentor of those who were proposed to each other and said no."""
    return (
        select(Proposal.enrolment_id, Proposal.mentor_id)
        .where(Proposal.cohort_id == cohort_id, Proposal.state == ProposalState.DECLINED)
        .distinct()
    )


def ended_pairs(cohort_id: UUID) -> Select[UUID, UUID]:
    """Enrolment and mentor of those whose mentorship ended: nobody is given the same one again."""
    return (
        select(Mentorship.enrolment_id, Mentorship.mentor_id)
        .where(Mentorship.cohort_id == cohort_id, Mentorship.ended_at.is_not(None))
        .distinct()
    )


def handed_over_in(cohort_id: UUID) -> Select[UUID]:
    """Enrolments whose last mentorship ended because the mentor left."""
    later = aliased(Mentorship)
    has_later = (
        select(later.id)
        .where(later.enrolment_id == Mentorship.enrolment_id, later.began_at > Mentorship.began_at)
        .exists()
    )
    return select(Mentorship.enrolment_id).where(
        Mentorship.cohort_id == cohort_id, Mentorship.handed_over, ~has_later
    )


def standing_requests() -> Select[RematchRequest]:
    """Who asks for somebody else, in mentorships that go on."""
    return (
        select(RematchRequest)
        .join(Mentorship, Mentorship.id == RematchRequest.mentorship_id)
        .where(RematchRequest.withdrawn_at.is_(None), Mentorship.ended_at.is_(None))
    )


def rematch_requests_visible_to(actor: Person) -> Select[RematchRequest]:
    """To the organisers; of her own mentorships, an organiser too sees only what she asked."""
    studying = select(Enrolment.id).where(Enrolment.person_id == actor.id)
    mentoring = select(Mentor.id).where(Mentor.person_id == actor.id)
    as_researcher = Mentorship.enrolment_id.in_(studying)
    as_mentor = Mentorship.mentor_id.in_(mentoring)
    hers = or_(
        and_(RematchRequest.side == Side.RESEARCHER, as_researcher),
        and_(RematchRequest.side == Side.MENTOR, as_mentor),
        and_(~as_researcher, ~as_mentor),
    )
    organised = Mentorship.cohort_id.in_(cohorts.organised_by(actor))
    return standing_requests().where(organised, hers)


def mentored_by(actor: Person) -> Select[UUID]:
    """The ids of the enrolments whose active mentor the actor is."""
    return (
        select(Mentorship.enrolment_id)
        .join(Mentor, Mentor.id == Mentorship.mentor_id)
        .where(Mentor.person_id == actor.id, Mentorship.ended_at.is_(None))
    )
