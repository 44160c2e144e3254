"""Invitations over the API, for the organisers of a cohort."""

from typing import Annotated
from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts.enrolments import CohortFull, NotJoinable
from cohort.errors import NotFound
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.invitations import service
from cohort.invitations.models import InvitationState
from cohort.invitations.schemas import InvitationsIn, InvitationsOut, MailedInvitationOut
from cohort.people.auth import signed_in
from cohort.people.models import Person


@post(
    "/cohorts/{cohort_id:uuid}/invitations",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, NotJoinable),
)
async def invite_people(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[InvitationsIn],
) -> InvitationsOut:
    """Invite up to 300 people by mail, who need no account yet.

    Each line of the request has a line in the answer that says what came of it. Whoever is invited
    already gets no second mail, so the same list may be sent again. With `dry_run` the answer is
    the same, and nothing is kept or sent.
    """
    outcomes = await service.invite(db, actor, cohort_id, data, now=clock())
    return InvitationsOut(dry_run=data.dry_run, outcomes=outcomes)


@get("/cohorts/{cohort_id:uuid}/invitations", guards=[signed_in], responses=may_refuse(NotFound))
async def list_invitations(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    cohort_id: FromPath[UUID],
    at: Annotated[
        InvitationState | None,
        QueryParameter(name="state", description="Only those in this state."),
    ] = None,
) -> PageOut[MailedInvitationOut]:
    """The invitations of a cohort that you run, the oldest first, and what came of each."""
    found = await service.list_invitations(db, actor, cohort_id, part, state=at)
    return shown(found, MailedInvitationOut.model_validate)


@post(
    "/invitations/{invitation_id:uuid}/mails",
    guards=[signed_in],
    status_code=202,
    responses=may_refuse(NotFound, NotJoinable, CohortFull, service.InvitationAnswered),
)
async def send_invitation_again(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    invitation_id: FromPath[UUID],
) -> MailedInvitationOut:
    """Mail a new link, which works for two weeks at least; the old one stops working.

    One that was declined, revoked or has expired is open again, and keeps a seat again.
    """
    sent = await service.send_again(db, actor, invitation_id, now=clock())
    return MailedInvitationOut.model_validate(sent)


@post(
    "/invitations/{invitation_id:uuid}/revocation",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, service.InvitationAnswered),
)
async def revoke_invitation(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    invitation_id: FromPath[UUID],
) -> MailedInvitationOut:
    """Take an invitation back: its link stops working, and a seat kept for it is free."""
    revoked = await service.revoke(db, actor, invitation_id, now=clock())
    return MailedInvitationOut.model_validate(revoked)


router = Router(
    "",
    route_handlers=[
        invite_people,
        list_invitations,
        send_invitation_again,
        revoke_invitation,
    ],
    tags=["invitations"],
    opt={"room": "cohorts"},
)
