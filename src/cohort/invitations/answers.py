"""What the invited do: opening the link, answering, declining."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.applications import service as applications
from cohort.cohorts import enrolments
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Admission, Cohort
from cohort.cohorts.policy import JOINABLE
from cohort.cohorts.schemas import EnrolmentIn
from cohort.db import Sessions, unit_of_work
from cohort.errors import Refusal
from cohort.invitations import policy
from cohort.invitations.models import InvitationState, InvitedAs, MailedInvitation
from cohort.invitations.schemas import MentorAnswer, ResearcherAnswer
from cohort.mentors import service as mentors
from cohort.mentors.models import Mentor
from cohort.mentors.schemas import MentorIn
from cohort.people import service as people
from cohort.people.links import new_link
from cohort.people.models import LinkPurpose, Person
from cohort.people.tokens import hash_token, new_token
from cohort.questions import answering
from cohort.questions.models import AnswerOf


class InvitationEnded(Refusal):
    status = 409
    code = "invitation_ended"
    title = "This invitation does not work any more"

    def __init__(self) -> None:
        super().__init__(
            "It was answered, declined or taken back, or its time is over."
            " Ask whoever invited you for a new one."
        )


def new_token_of(invitation: MailedInvitation, *, now: datetime) -> str:
    """The token of the link to be mailed; one that was made before stops working."""
    token = new_token()
    invitation.token_hash, invitation.sent_at = hash_token(token), now
    return token


async def read(db: AsyncSession, token: str, *, now: datetime) -> MailedInvitation:
    """What whoever has the link is invited to."""
    found = await db.scalar(
        select(MailedInvitation)
        .where(MailedInvitation.token_hash == hash_token(token), policy.is_open(now))
        .options(joinedload(MailedInvitation.cohort), joinedload(MailedInvitation.inviter))
    )
    if found is None or found.cohort.state not in JOINABLE:
        raise InvitationEnded
    return found


async def note_opened(sessions: Sessions, invitation: MailedInvitation, *, now: datetime) -> None:
    """The first time, in a transaction of its own, as whoever reads has none to commit."""
    if invitation.opened_at is not None:
        return
    async with unit_of_work(sessions) as db:
        opened = func.coalesce(MailedInvitation.opened_at, now)
        its = MailedInvitation.id == invitation.id
        await db.execute(update(MailedInvitation).where(its).values(opened_at=opened))


async def answer_as_researcher(
    db: AsyncSession, token: str, form: ResearcherAnswer, *, now: datetime
) -> Person:
    """A seat where one is kept or seats are first come, else an application."""
    invitation = await read(db, token, now=now)
    _require_invited_as(invitation, InvitedAs.RESEARCHER)
    cohort, side = invitation.cohort, AnswerOf.RESEARCHER
    await enrolments.check_profile(db, cohort.id, form)
    await answering.check(db, cohort.id, side, form.answers)
    await _settle(db, invitation, InvitationState.ANSWERED, now=now)
    person = await people.owner_of_address(db, invitation.email, form.name, now=now)
    profile = EnrolmentIn.model_validate(form.model_dump(exclude={"name", "answers"}))
    if invitation.admits or cohort.admission is Admission.FIRST_COME:
        kept = invitation.keeps_seat
        await enrolments.give_seat(db, cohort, person.id, profile, now=now, kept=kept)
        await answering.keep(db, cohort.id, person.id, side, form.answers, now=now)
    else:
        kept_as = profile.model_dump(mode="json")
        await applications.store(db, person, cohort.id, kept_as, answers=form.answers, now=now)
    return person


async def answer_as_mentor(
    db: AsyncSession, token: str, form: MentorAnswer, *, now: datetime
) -> Person:
    """A sign-up, approved where the invitation admits; else the organisers decide."""
    invitation = await read(db, token, now=now)
    _require_invited_as(invitation, InvitedAs.MENTOR)
    await mentors.check_profile_terms(
        db, invitation.cohort_id, form.model_dump(include=set(mentors.TERMS))
    )
    await _settle(db, invitation, InvitationState.ANSWERED, now=now)
    person = await people.owner_of_address(db, invitation.email, form.name, now=now)
    signed_up = MentorIn.model_validate(form.model_dump(exclude={"name"}))
    await mentors.sign_up(db, person, invitation.cohort_id, signed_up, now=now)
    if invitation.admits:
        await _approve(db, invitation, person, now=now)
    return person


async def _approve(
    db: AsyncSession, invitation: MailedInvitation, person: Person, *, now: datetime
) -> None:
    """In the name of who invited; where that one runs the cohort no more, others decide."""
    if not await cohorts.may_organise(db, invitation.inviter, invitation.cohort_id):
        return
    own = (Mentor.person_id == person.id) & (Mentor.cohort_id == invitation.cohort_id)
    mentor_id = await db.scalar(select(Mentor.id).where(own))
    if mentor_id is not None:
        await mentors.approve(db, invitation.inviter, mentor_id, now=now)


async def decline(db: AsyncSession, token: str, *, now: datetime) -> MailedInvitation:
    """A kept seat goes to someone else; a second click finds it declined."""
    try:
        invitation = await read(db, token, now=now)
        await _settle(db, invitation, InvitationState.DECLINED, now=now)
    except InvitationEnded:
        of_token = MailedInvitation.token_hash == hash_token(token)
        declined = of_token & (MailedInvitation.state == InvitationState.DECLINED)
        found = await db.scalar(select(MailedInvitation).where(declined))
        if found is None:
            raise
        return found
    if invitation.keeps_seat:
        await enrolments.free_seats(db, invitation.cohort_id, now=now)
    return invitation


def _require_invited_as(invitation: MailedInvitation, side: InvitedAs) -> None:
    if invitation.invited_as is not side:
        raise InvitationEnded


async def _settle(
    db: AsyncSession, invitation: MailedInvitation, state: InvitationState, *, now: datetime
) -> None:
    """Of two who answer at once, one wins. The cohort's row is locked first, as everywhere."""
    cohort: UUID = invitation.cohort_id
    await db.execute(select(Cohort.id).where(Cohort.id == cohort).with_for_update())
    settled = await db.scalar(
        update(MailedInvitation)
        .where(MailedInvitation.id == invitation.id, policy.is_open(now))
        .values(state=state, settled_at=now)
        .returning(MailedInvitation.id)
        .execution_options(synchronize_session=False)
    )
    if settled is None:
        raise InvitationEnded


async def first_password(db: AsyncSession, person: Person, *, now: datetime) -> str | None:
    """The token to choose one with, for who has none and has just answered."""
    if person.password_hash is not None:
        return None
    return await new_link(db, person.email, LinkPurpose.PASSWORD, now=now)
