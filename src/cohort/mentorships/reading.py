"""Proposals and mentorships as they are shown: with their people, in few statements."""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Enrolment
from cohort.db import given
from cohort.errors import NotFound
from cohort.http.listing import ListQuery
from cohort.http.paging import Page, Slice, page_of
from cohort.mentors.models import Mentor
from cohort.mentorships import policy
from cohort.mentorships.models import Mentorship, MentorshipState, Proposal, ProposalState
from cohort.mentorships.schemas import Told
from cohort.people.asker import asker
from cohort.people.models import Person
from cohort.questions import answering
from cohort.questions.models import AnswerOf, GivenAnswer


@cache
def with_people(of: type[Proposal | Mentorship]) -> tuple[ORMOption, ...]:
    """Bring along what a proposal or a mentorship is shown with; put together once for each."""
    enrolment: Any = joinedload(of.enrolment)
    return (
        enrolment.options(joinedload(Enrolment.person), joinedload(Enrolment.cohort)),
        joinedload(of.mentor).joinedload(Mentor.person),
    )


Pair = TypeVar("Pair", Proposal, Mentorship)


def _one(of: type[Pair], seen: Select[Pair]) -> Select[Pair]:
    wanted = seen.where(of.id == given("its_id", Uuid())).options(*with_people(of))
    return wanted.execution_options(populate_existing=True)


_PROPOSAL = _one(Proposal, select(Proposal))
_MENTORSHIP = _one(Mentorship, select(Mentorship))
_PROPOSALS = {
    is_admin: _one(Proposal, policy.proposals_visible_to(asker(is_admin=is_admin)))
    for is_admin in (False, True)
}
_MENTORSHIPS = {
    is_admin: _one(Mentorship, policy.visible_to(asker(is_admin=is_admin)))
    for is_admin in (False, True)
}
"""By whether the actor is an admin. Put together once: that takes as long as to send one."""


async def get_proposal_for_job(db: AsyncSession, proposal_id: UUID) -> Proposal:
    return (await db.scalars(_PROPOSAL, {"its_id": proposal_id})).one()


async def get_for_job(db: AsyncSession, mentorship_id: UUID) -> Mentorship:
    return (await db.scalars(_MENTORSHIP, {"its_id": mentorship_id})).one()


async def get_proposal(db: AsyncSession, actor: Person, proposal_id: UUID) -> Proposal:
    asked = {"actor_id": actor.id, "its_id": proposal_id}
    proposal = await db.scalar(_PROPOSALS[actor.is_admin], asked)
    if proposal is None:
        raise NotFound
    return proposal


async def get(db: AsyncSession, actor: Person, mentorship_id: UUID) -> Mentorship:
    asked = {"actor_id": actor.id, "its_id": mentorship_id}
    mentorship = await db.scalar(_MENTORSHIPS[actor.is_admin], asked)
    if mentorship is None:
        raise NotFound
    return mentorship


def _has_in_either_name(of: type[Proposal | Mentorship], like: str) -> ColumnElement[bool]:
    person = aliased(Person)
    found = select(person.id).where(person.name.ilike(like, escape="\\"))
    studying = select(Enrolment.id).where(Enrolment.person_id.in_(found))
    mentoring = select(Mentor.id).where(Mentor.person_id.in_(found))
    both = (
        studying.where(Enrolment.id == of.enrolment_id),
        mentoring.where(Mentor.id == of.mentor_id),
    )
    return or_(*(one.exists() for one in both))


async def list_proposals(
    db: AsyncSession,
    actor: Person,
    part: Slice,
    wanted: ListQuery,
    *,
    cohort_id: UUID | None = None,
) -> Page[Proposal]:
    """All that the actor sees, or those of one cohort for its organisers."""
    statement = policy.proposals_visible_to(actor).options(*with_people(Proposal))
    if cohort_id is not None:
        await cohorts.require_organiser(db, actor, cohort_id)
        statement = statement.where(Proposal.cohort_id == cohort_id)
    conditions: dict[str, Callable[[Any], ColumnElement[bool]]] = {
        "q": partial(_has_in_either_name, Proposal),
        "state": lambda state: Proposal.state == state,
        "expires_before": lambda at: Proposal.expires_at < at,
    }
    statement = statement.where(*wanted.chosen(conditions))
    by = {"created_at": Proposal.created_at, "expires_at": Proposal.expires_at}[wanted.column]
    return await page_of(db, statement, by=by, id=Proposal.id, part=part, sort=wanted.sort)


def _in_state(state: MentorshipState) -> ColumnElement[bool]:
    if state == MentorshipState.ENDED:
        return Mentorship.ended_at.is_not(None)
    is_paused = Mentorship.paused_at.is_not(None)
    return Mentorship.ended_at.is_(None) & (
        is_paused if state == MentorshipState.PAUSED else ~is_paused
    )


async def list_mentorships(
    db: AsyncSession,
    actor: Person,
    part: Slice,
    wanted: ListQuery,
    *,
    cohort_id: UUID | None = None,
) -> Page[Mentorship]:
    """All that the actor sees, or those of one cohort for its organisers."""
    statement = policy.visible_to(actor).options(*with_people(Mentorship))
    if cohort_id is not None:
        await cohorts.require_organiser(db, actor, cohort_id)
        statement = statement.where(Mentorship.cohort_id == cohort_id)
    conditions: dict[str, Callable[[Any], ColumnElement[bool]]] = {
        "q": partial(_has_in_either_name, Mentorship),
        "state": _in_state,
    }
    statement = statement.where(*wanted.chosen(conditions))
    by = Mentorship.began_at
    return await page_of(db, statement, by=by, id=Mentorship.id, part=part, sort=wanted.sort)


async def told_in(db: AsyncSession, pairs: Sequence[Proposal] | Sequence[Mentorship]) -> Told:
    """What the two of these answered, as far as each other may read it: two statements."""
    live = [one for one in pairs if policy.is_live(one)]
    studying = [(one.cohort_id, one.enrolment.person_id) for one in live]
    mentoring = [(one.cohort_id, one.mentor.person_id) for one in live]
    found: dict[tuple[UUID, UUID, AnswerOf], Sequence[GivenAnswer]] = {}
    for whose, side in ((studying, AnswerOf.RESEARCHER), (mentoring, AnswerOf.MENTOR)):
        told = await answering.told_in_pairs(db, whose, side)
        found |= {(*key, side): given for key, given in told.items()}
    return found


async def open_for_mentor(db: AsyncSession, actor: Person) -> Sequence[Proposal]:
    """What awaits the actor's answer as a mentor, or the researcher's after it."""
    own = Proposal.mentor_id.in_(select(Mentor.id).where(Mentor.person_id == actor.id))
    waiting = select(Proposal).where(own, Proposal.state == ProposalState.OPEN)
    shown = waiting.options(*with_people(Proposal)).order_by(Proposal.expires_at, Proposal.id)
    return (await db.scalars(shown)).all()


async def mentees_of(db: AsyncSession, actor: Person) -> Sequence[Mentorship]:
    """The mentorships that go on in which the actor is the mentor."""
    own = Mentorship.mentor_id.in_(select(Mentor.id).where(Mentor.person_id == actor.id))
    active = select(Mentorship).where(own, Mentorship.ended_at.is_(None))
    shown = active.options(*with_people(Mentorship)).order_by(Mentorship.began_at, Mentorship.id)
    return (await db.scalars(shown)).all()


async def open_proposal_of(db: AsyncSession, actor: Person, enrolment_id: UUID) -> Proposal | None:
    """The proposal that awaits this researcher's answer, if the actor may see it."""
    statement = policy.proposals_visible_to(actor).where(
        Proposal.enrolment_id == enrolment_id, Proposal.state == ProposalState.OPEN
    )
    return await db.scalar(statement.options(*with_people(Proposal)))


async def mentorship_of(db: AsyncSession, actor: Person, enrolment_id: UUID) -> Mentorship | None:
    """This researcher's mentorship that goes on, if the actor may see it."""
    statement = policy.visible_to(actor).where(
        Mentorship.enrolment_id == enrolment_id, Mentorship.ended_at.is_(None)
    )
    return await db.scalar(statement.options(*with_people(Mentorship)))
