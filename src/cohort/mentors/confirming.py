"""Forms of mentors who were not signed in: each waits for the link in a mail to its address."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.jobs.outbox import enqueue
from cohort.mentors import service
from cohort.mentors.models import Mentor, MentorState, UnconfirmedMentor, Wish
from cohort.mentors.schemas import MentorIn
from cohort.people import service as people
from cohort.people.links import LinkSpent, new_link
from cohort.people.models import LinkPurpose, Person
from cohort.people.tokens import hash_token, new_token

CONFIRM_WITHIN = timedelta(days=3)


async def ask_to_confirm(
    db: AsyncSession, cohort_id: UUID, form: MentorIn, *, now: datetime
) -> None:
    """Keep the form until the link is opened, whether or not we know the address."""
    name, email = people.require_sender(form.name, form.email)
    waiting = UnconfirmedMentor(
        cohort_id=cohort_id,
        email=email,
        name=name,
        profile=form.model_dump(mode="json", exclude=service.NOT_OF_THE_PROFILE),
        token_hash=None,
        created_at=now,
        expires_at=now + CONFIRM_WITHIN,
    )
    db.add(waiting)
    await db.flush()
    await enqueue(
        db, "mentors.ask_to_confirm", now=now, cohort_id=cohort_id, unconfirmed_id=waiting.id
    )


def new_confirmation(waiting: UnconfirmedMentor) -> str:
    """The token of the link to be mailed; one that was made before stops working."""
    token = new_token()
    waiting.token_hash = hash_token(token)
    return token


async def read_unconfirmed(db: AsyncSession, token: str, *, now: datetime) -> UnconfirmedMentor:
    """What was typed, for whoever has the link."""
    has_link = UnconfirmedMentor.token_hash == hash_token(token)
    waiting = await db.scalar(
        select(UnconfirmedMentor)
        .where(has_link, UnconfirmedMentor.expires_at > now)
        .options(joinedload(UnconfirmedMentor.cohort))
    )
    if waiting is None:
        raise LinkSpent
    return waiting


async def confirm(db: AsyncSession, token: str, *, now: datetime) -> str | None:
    """Make the form the sign-up of whoever has the address; a link is spent once.

    The answer is the token to choose a first password with, where there is none yet.
    """
    sent = await read_unconfirmed(db, token, now=now)
    await service.require_taking_mentors(db, sent.cohort_id)
    spent = await db.scalar(
        delete(UnconfirmedMentor)
        .where(UnconfirmedMentor.id == sent.id)
        .returning(UnconfirmedMentor.id)
        .execution_options(synchronize_session=False)
    )
    if spent is None:
        raise LinkSpent
    person = await people.owner_of_address(db, sent.email, sent.name, now=now)
    await service.add_pending(
        db, person, sent.cohort_id, sent.profile, consented_at=sent.created_at, now=now
    )
    if person.password_hash is not None:
        return None
    return await new_link(db, person.email, LinkPurpose.PASSWORD, now=now)


async def forget_unconfirmed(db: AsyncSession, *, now: datetime, after: timedelta) -> None:
    """Forms whose link has ended; and sign-ups that earlier versions kept without one."""
    await db.execute(delete(UnconfirmedMentor).where(UnconfirmedMentor.expires_at <= now))
    unproved = select(Person.id).where(Person.verified_at.is_(None), ~Person.is_placeholder)
    await db.execute(
        delete(Mentor).where(
            Mentor.state == MentorState.PENDING,
            Mentor.created_at < now - after,
            Mentor.person_id.in_(unproved),
            ~exists().where(Wish.mentor_id == Mentor.id),
        )
    )
