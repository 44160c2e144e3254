"""Who runs a cohort: invited by mail, accepted by the invited person, and never nobody."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Cohort, Organiser, OrganiserInvitation
from cohort.cohorts.service import require_organiser
from cohort.errors import Conflict, NotAllowed, NotFound
from cohort.jobs.outbox import enqueue, enqueue_each
from cohort.people import audit
from cohort.people.links import LinkSpent
from cohort.people.models import Person
from cohort.people.tokens import hash_token, new_token

ACCEPT_WITHIN = timedelta(days=7)
MOST_INVITATIONS = 50
"""Of one cohort, open at once."""


class LastOrganiser(Conflict):
    code = "last_organiser"
    title = "Somebody has to run this cohort"

    def __init__(self) -> None:
        super().__init__("This is the only organiser of the cohort. Invite another one first.")


class TooManyInvitations(Conflict):
    code = "too_many_invitations"
    title = "There are enough open invitations"


async def list_organisers(db: AsyncSession, actor: Person, cohort_id: UUID) -> list[Organiser]:
    await require_organiser(db, actor, cohort_id)
    running = select(Organiser).where(Organiser.cohort_id == cohort_id).limit(200)
    by_since = running.order_by(Organiser.since, Organiser.person_id)
    return list(await db.scalars(by_since.options(joinedload(Organiser.person))))


async def list_invitations(
    db: AsyncSession, actor: Person, cohort_id: UUID, *, now: datetime
) -> list[OrganiserInvitation]:
    """Those that can still be accepted, the oldest first."""
    await require_organiser(db, actor, cohort_id)
    standing = _open_in(cohort_id, now).order_by(OrganiserInvitation.created_at)
    return list(await db.scalars(standing))


def _open_in(cohort_id: UUID, now: datetime) -> Select[OrganiserInvitation]:
    return select(OrganiserInvitation).where(
        OrganiserInvitation.cohort_id == cohort_id, OrganiserInvitation.expires_at > now
    )


async def invite(
    db: AsyncSession, actor: Person, cohort_id: UUID, email: str, *, now: datetime
) -> OrganiserInvitation:
    """Ask whoever has the address to run the cohort too; asked again, the newest mail counts.

    Whether the address has an account is not looked up, so that no organiser learns it.
    """
    await require_organiser(db, actor, cohort_id)
    await db.execute(select(Cohort.id).where(Cohort.id == cohort_id).with_for_update())
    standing = _open_in(cohort_id, now).with_only_columns(func.count())
    others = standing.where(OrganiserInvitation.email != email)
    if (await db.scalar(others) or 0) >= MOST_INVITATIONS:
        raise TooManyInvitations("Withdraw an invitation that nobody will accept any more.")
    made = {"invited_by": actor.id, "created_at": now, "expires_at": now + ACCEPT_WITHIN}
    invitation = await db.scalar(
        insert(OrganiserInvitation)
        .values(cohort_id=cohort_id, email=email, **made)
        .on_conflict_do_update(index_elements=["cohort_id", "email"], set_=made)
        .returning(OrganiserInvitation)
        .execution_options(populate_existing=True)
    )
    if invitation is None:
        raise RuntimeError(email)
    audit.record(db, actor, "organiser.invite", invitation.id, now=now, cohort_id=cohort_id)
    await enqueue(
        db,
        "cohorts.invite_organiser",
        now=now,
        cohort_id=cohort_id,
        invitation_id=invitation.id,
    )
    return invitation


async def withdraw_invitation(
    db: AsyncSession, actor: Person, cohort_id: UUID, invitation_id: UUID, *, now: datetime
) -> None:
    await require_organiser(db, actor, cohort_id)
    its = (OrganiserInvitation.id == invitation_id) & (OrganiserInvitation.cohort_id == cohort_id)
    gone = delete(OrganiserInvitation).where(its).returning(OrganiserInvitation.id)
    if await db.scalar(gone.execution_options(synchronize_session=False)) is None:
        raise NotFound
    audit.record(db, actor, "organiser.uninvite", invitation_id, now=now, cohort_id=cohort_id)


def new_token_of(invitation: OrganiserInvitation) -> str:
    """The token of the link to be mailed; one that was made before stops working."""
    token = new_token()
    invitation.token_hash = hash_token(token)
    return token


async def read_invitation(db: AsyncSession, token: str, *, now: datetime) -> OrganiserInvitation:
    """For whoever has the link."""
    has_link = OrganiserInvitation.token_hash == hash_token(token)
    shown = (joinedload(OrganiserInvitation.cohort), joinedload(OrganiserInvitation.inviter))
    found = await db.scalar(
        select(OrganiserInvitation)
        .where(has_link, OrganiserInvitation.expires_at > now)
        .options(*shown)
    )
    if found is None:
        raise LinkSpent
    return found


async def accept(db: AsyncSession, actor: Person, token: str, *, now: datetime) -> Cohort:
    """Run the cohort from now on; for the account of the address that was invited."""
    invitation = await read_invitation(db, token, now=now)
    if invitation.email != actor.email:
        raise NotAllowed(
            f"This invitation is for {invitation.email}. Sign in with the account of that address."
        )
    spent = delete(OrganiserInvitation).where(OrganiserInvitation.id == invitation.id)
    returning = spent.returning(OrganiserInvitation.invited_by)
    invited_by = await db.scalar(returning.execution_options(synchronize_session=False))
    if invited_by is None:
        raise LinkSpent
    cohort = invitation.cohort
    added = await db.scalar(
        insert(Organiser)
        .values(cohort_id=cohort.id, person_id=actor.id, since=now)
        .on_conflict_do_nothing()
        .returning(Organiser.person_id)
    )
    if added is not None:
        by = str(invited_by)
        audit.record(
            db, actor, "organiser.add", actor.id, now=now, cohort_id=cohort.id, invited_by=by
        )
        each = await _to_each(db, cohort.id, about=actor.id)
        await enqueue_each(db, "cohorts.tell_organiser_added", each, now=now)
    return cohort


async def remove(
    db: AsyncSession, actor: Person, cohort_id: UUID, person_id: UUID, *, now: datetime
) -> None:
    """End someone's running of the cohort, also one's own; never the last one's.

    Under a lock on the cohort, so that two who remove each other do not both succeed.
    """
    await require_organiser(db, actor, cohort_id)
    await db.execute(select(Cohort.id).where(Cohort.id == cohort_id).with_for_update())
    running = set(
        await db.scalars(select(Organiser.person_id).where(Organiser.cohort_id == cohort_id))
    )
    if person_id not in running:
        raise NotFound
    if running == {person_id}:
        raise LastOrganiser
    each = await _to_each(db, cohort_id, about=person_id)
    await enqueue_each(db, "cohorts.tell_organiser_removed", each, now=now)
    own = (Organiser.cohort_id == cohort_id) & (Organiser.person_id == person_id)
    await db.execute(delete(Organiser).where(own).execution_options(synchronize_session=False))
    audit.record(db, actor, "organiser.remove", person_id, now=now, cohort_id=cohort_id)


async def _to_each(db: AsyncSession, cohort_id: UUID, *, about: UUID) -> list[dict[str, UUID]]:
    """A job for each organiser, of whom one is the person that it is about."""
    running = await db.scalars(select(Organiser.person_id).where(Organiser.cohort_id == cohort_id))
    same = {"cohort_id": cohort_id, "of_cohort": cohort_id, "about": about}
    return [{**same, "to": one} for one in running]


async def forget_old_invitations(db: AsyncSession, *, now: datetime) -> None:
    await db.execute(delete(OrganiserInvitation).where(OrganiserInvitation.expires_at <= now))
