"""What organisers do: inviting many at once, sending again, revoking."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from pydantic import ValidationError
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.applications.models import Application
from cohort.applications.policy import STANDING
from cohort.cohorts import enrolments
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.cohorts.policy import JOINABLE
from cohort.db import NOW, Prepared
from cohort.errors import Conflict, Invalid, NotFound
from cohort.http.paging import Page, Slice, page_of
from cohort.invitations import policy
from cohort.invitations.lines import read_line
from cohort.invitations.models import InvitationState, InvitedAs, MailedInvitation
from cohort.invitations.schemas import (
    InvitationOutcome,
    InvitationsIn,
    InvitedLine,
    InvitedLineOut,
)
from cohort.jobs.outbox import enqueue, enqueue_each
from cohort.mentors import service as mentors
from cohort.mentors.models import Mentor
from cohort.people import audit
from cohort.people.models import Person

INVITED, ALREADY, REFUSED = InvitationOutcome
SENT_AGAIN_FOR = timedelta(days=14)


class InvitationAnswered(Conflict):
    code = "invitation_answered"
    title = "This invitation was answered"


async def invite(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: InvitationsIn, *, now: datetime
) -> list[InvitedLineOut]:
    """Invite whom the lines name; each line says what came of it.

    Whoever invites holds the cohort's row, so that no seat is kept twice, and of two who paste the
    same list one invites and the other finds everybody invited.
    """
    cohort = await cohorts.require_organiser(db, actor, cohort_id)
    await db.refresh(cohort, with_for_update={"of": Cohort})
    _require_joinable(cohort)
    _check_page(cohort, form.page_url)
    await _check_profile(db, cohort_id, form)
    read = [_read(line) for line in form.lines]
    addresses = {one.email for one in read if isinstance(one, InvitedLine)}
    known = await _known(db, cohort_id, form.invited_as, addresses)
    free = cohort.seats - cohort.taken if _keeps_seats(form) else len(read)
    outcomes: list[InvitedLineOut] = []
    chosen: list[InvitedLine] = []
    for line, one in zip(form.lines, read, strict=True):
        outcome = _outcome(line, one, known, free - len(chosen))
        outcomes.append(outcome)
        if outcome.outcome is INVITED and isinstance(one, InvitedLine):
            chosen.append(one)
            known[one.email] = (ALREADY, "This address stands above.")
    if chosen and not form.dry_run:
        await _store(db, actor, cohort, form, chosen, now=now)
    return outcomes


def _require_joinable(cohort: Cohort) -> None:
    if cohort.state not in JOINABLE:
        sentence = f"This cohort is {cohort.state}. Invite people while it is open or runs."
        raise enrolments.NotJoinable(sentence)


def _check_page(cohort: Cohort, page_url: str | None) -> None:
    if page_url is None:
        return
    address = urlsplit(page_url)
    if f"{address.scheme}://{address.netloc}" not in cohort.allowed_origins:
        sentence = "The settings of the cohort do not name this site. Add it there first."
        raise Invalid.at("page_url", sentence)


async def _check_profile(db: AsyncSession, cohort_id: UUID, form: InvitationsIn) -> None:
    if form.profile is None:
        return
    if form.invited_as is not InvitedAs.MENTOR:
        raise Invalid.at("profile", "Only the form of a mentor can come filled in. Leave it out.")
    await mentors.check_profile_terms(db, cohort_id, form.profile.model_dump())


def _keeps_seats(form: InvitationsIn) -> bool:
    return form.admits and form.invited_as is InvitedAs.RESEARCHER


def _read(line: str) -> InvitedLine | str:
    """Whom a line names, or what is wrong with it."""
    found = read_line(line)
    if found.address is None:
        return "Write one address on each line, such as Ada Example <ada@example.org>."
    try:
        return InvitedLine(email=found.address, name=found.name)
    except ValidationError as error:
        at_address = error.errors()[0]["loc"][0] == "email"
        what = "The address" if at_address else "The name"
        return f"{what} cannot be kept as it stands. Look at it again."


Known = dict[str, tuple[InvitationOutcome, str]]


async def _known(
    db: AsyncSession, cohort_id: UUID, invited_as: InvitedAs, addresses: Collection[str]
) -> Known:
    """Those of the addresses that are not invited, and why."""
    invited = select(MailedInvitation.email, MailedInvitation.state).where(
        MailedInvitation.cohort_id == cohort_id,
        MailedInvitation.invited_as == invited_as,
        MailedInvitation.email.in_(addresses),
        MailedInvitation.state.not_in(policy.RENEWABLE),
    )
    known: Known = {
        email: (REFUSED, "This person declined. Send it again from the list if you were asked to.")
        if state is InvitationState.DECLINED
        else (ALREADY, "Is invited already.")
        for email, state in await db.execute(invited)
    }
    for statement, reason in _there_already(cohort_id, invited_as):
        found = await db.scalars(statement.where(Person.email.in_(addresses)))
        known |= dict.fromkeys(found, (ALREADY, reason))
    return known


def _there_already(cohort_id: UUID, invited_as: InvitedAs) -> Iterator[tuple[Any, str]]:
    if invited_as is InvitedAs.MENTOR:
        row = Mentor.cohort_id == cohort_id
        yield (
            select(Person.email).join(Mentor, Mentor.person_id == Person.id).where(row),
            ("Has signed up as a mentor already."),
        )
        return
    waits = (Application.cohort_id == cohort_id) & Application.state.in_(STANDING)
    applicant = Application.person_id == Person.id
    yield (
        select(Person.email).join(Application, applicant).where(waits),
        ("Has applied already: decide among the applications."),
    )
    seated = (Enrolment.cohort_id == cohort_id) & (Enrolment.state == EnrolmentState.ACTIVE)
    yield (
        select(Person.email).join(Enrolment, Enrolment.person_id == Person.id).where(seated),
        ("Has a seat already."),
    )


def _outcome(line: str, one: InvitedLine | str, known: Known, free: int) -> InvitedLineOut:
    if isinstance(one, str):
        return InvitedLineOut(line=line, email=None, outcome=REFUSED, reason=one)
    outcome, reason = known.get(one.email, (INVITED, None))
    if outcome is INVITED and free <= 0:
        outcome, reason = REFUSED, "No seat is free to be kept for this person."
    return InvitedLineOut(line=line, email=one.email, outcome=outcome, reason=reason)


async def _store(
    db: AsyncSession,
    actor: Person,
    cohort: Cohort,
    form: InvitationsIn,
    chosen: Sequence[InvitedLine],
    *,
    now: datetime,
) -> None:
    if _keeps_seats(form):
        await enrolments.take_seat(db, cohort, count=len(chosen))
    fresh = {
        "admits": form.admits,
        "note": form.note,
        "profile": form.profile.model_dump(exclude_none=True) if form.profile else {},
        "page_url": form.page_url,
        "state": InvitationState.OPEN,
        "invited_by": actor.id,
        "created_at": now,
        "expires_at": now + timedelta(days=form.days),
        "token_hash": None,
        "sent_at": None,
        "opened_at": None,
        "settled_at": None,
    }
    whose = {"cohort_id": cohort.id, "invited_as": form.invited_as}
    rows = [
        # The list keeps the order in which the lines came.
        {**fresh, "id": uuid4(), "created_at": now + timedelta(microseconds=place)}
        | whose
        | one.model_dump()
        for place, one in enumerate(chosen)
    ]
    statement = insert(MailedInvitation).values(rows)
    made = await db.scalars(
        statement.on_conflict_do_update(
            index_elements=["cohort_id", "invited_as", "email"],
            set_={name: statement.excluded[name] for name in ("name", *fresh)},
            where=MailedInvitation.state.in_(policy.RENEWABLE),
        )
        .returning(MailedInvitation.id)
        .execution_options(synchronize_session=False)
    )
    each = [{"cohort_id": cohort.id, "invitation_id": one} for one in made]
    await enqueue_each(db, "invitations.send", each, now=now)
    audit.record(db, actor, "cohort.invite", cohort.id, now=now, cohort_id=cohort.id)


async def list_invitations(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    part: Slice,
    *,
    state: InvitationState | None = None,
) -> Page[MailedInvitation]:
    await cohorts.require_organiser(db, actor, cohort_id)
    statement = select(MailedInvitation).where(MailedInvitation.cohort_id == cohort_id)
    if state is not None:
        statement = statement.where(MailedInvitation.state == state)
    return await page_of(
        db, statement, by=MailedInvitation.created_at, id=MailedInvitation.id, part=part
    )


async def get(db: AsyncSession, actor: Person, invitation_id: UUID) -> MailedInvitation:
    found = await db.scalar(
        policy.visible_to(actor)
        .where(MailedInvitation.id == invitation_id)
        .options(joinedload(MailedInvitation.cohort))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


async def send_again(
    db: AsyncSession, actor: Person, invitation_id: UUID, *, now: datetime
) -> MailedInvitation:
    """A new link, for another two weeks; the old one stops working."""
    invitation = await _locked(db, actor, invitation_id)
    if invitation.state is InvitationState.ANSWERED:
        raise InvitationAnswered("This invitation was answered; there is nothing to send again.")
    _require_joinable(invitation.cohort)
    if invitation.state is not InvitationState.OPEN and invitation.keeps_seat:
        await enrolments.take_seat(db, invitation.cohort)
    invitation.state, invitation.settled_at = InvitationState.OPEN, None
    invitation.expires_at = max(invitation.expires_at, now + SENT_AGAIN_FOR)
    invitation.sent_at = invitation.opened_at = invitation.token_hash = None
    await db.flush()
    cohort_id = invitation.cohort_id
    await enqueue(db, "invitations.send", now=now, cohort_id=cohort_id, invitation_id=invitation.id)
    audit.record(db, actor, "invitation.send_again", invitation.id, now=now, cohort_id=cohort_id)
    return invitation


async def revoke(
    db: AsyncSession, actor: Person, invitation_id: UUID, *, now: datetime
) -> MailedInvitation:
    """The link stops working and a kept seat is free; a second time changes nothing."""
    invitation = await _locked(db, actor, invitation_id)
    if invitation.state is InvitationState.ANSWERED:
        raise InvitationAnswered("This invitation was answered; it cannot be taken back.")
    if invitation.state is InvitationState.OPEN:
        if invitation.keeps_seat:
            await enrolments.free_seats(db, invitation.cohort_id, now=now)
        invitation.state, invitation.settled_at = InvitationState.REVOKED, now
        await db.flush()
        audit.record(
            db, actor, "invitation.revoke", invitation.id, now=now, cohort_id=invitation.cohort_id
        )
    return invitation


async def _locked(db: AsyncSession, actor: Person, invitation_id: UUID) -> MailedInvitation:
    """With the cohort's row, which everybody locks first who gives or takes a seat."""
    found = await get(db, actor, invitation_id)
    await db.refresh(found.cohort, with_for_update={"of": Cohort})
    await db.refresh(found, with_for_update={"of": MailedInvitation}, attribute_names=_COLUMNS)
    return found


_COLUMNS = [column.key for column in MailedInvitation.__mapper__.column_attrs]


ENDED = Prepared(
    select(MailedInvitation.id)
    .where(MailedInvitation.state == InvitationState.OPEN, MailedInvitation.expires_at <= NOW)
    .limit(1)
)


async def expire(db: AsyncSession, *, now: datetime) -> None:
    """Links that ended: the seats that were kept for them are free."""
    due = (MailedInvitation.state == InvitationState.OPEN) & (MailedInvitation.expires_at <= now)
    cohort_ids = await db.scalars(select(MailedInvitation.cohort_id).where(due).distinct())
    for cohort_id in sorted(cohort_ids):
        await db.execute(select(Cohort.id).where(Cohort.id == cohort_id).with_for_update())
        ended = await db.execute(
            update(MailedInvitation)
            .where(due, MailedInvitation.cohort_id == cohort_id)
            .values(state=InvitationState.EXPIRED)
            .returning(MailedInvitation.admits, MailedInvitation.invited_as)
            .execution_options(synchronize_session=False)
        )
        kept = sum(admits and side is InvitedAs.RESEARCHER for admits, side in ended)
        if kept:
            await enrolments.free_seats(db, cohort_id, count=kept, now=now)
