"""Who runs a cohort, over the API."""

from uuid import UUID

from litestar import Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import organisers, service
from cohort.cohorts.routes import cohort_answer
from cohort.cohorts.schemas import (
    CohortOut,
    OrganiserIn,
    OrganiserInvitationOut,
    OrganiserOut,
)
from cohort.errors import NotFound, TooMany
from cohort.http.paging import PageOut
from cohort.http.problems import may_refuse
from cohort.people.auth import NotConfirmed, signed_in
from cohort.people.links import LinkSpent
from cohort.people.models import Person
from cohort.people.schemas import TokenIn
from cohort.people.throttle import Tries


@get("/cohorts/{cohort_id:uuid}/organisers", guards=[signed_in], responses=may_refuse(NotFound))
async def list_organisers(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], cohort_id: FromPath[UUID]
) -> PageOut[OrganiserOut]:
    """Who runs the cohort: for its organisers."""
    running = await organisers.list_organisers(db, actor, cohort_id)
    return PageOut(items=[OrganiserOut.model_validate(one) for one in running], next=None)


@delete(
    "/cohorts/{cohort_id:uuid}/organisers/{person_id:uuid}",
    guards=[signed_in],
    opt={"confirmed_login": True},
    responses=may_refuse(NotFound, NotConfirmed, organisers.LastOrganiser),
)
async def remove_organiser(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    person_id: FromPath[UUID],
) -> None:
    """End someone's running of the cohort, also your own. A mail tells all of its organisers."""
    await organisers.remove(db, actor, cohort_id, person_id, now=clock())


@get(
    "/cohorts/{cohort_id:uuid}/organiser_invitations",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def list_organiser_invitations(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
) -> PageOut[OrganiserInvitationOut]:
    """Who is invited to run the cohort, and has not accepted yet."""
    found = await organisers.list_invitations(db, actor, cohort_id, now=clock())
    return PageOut(items=[OrganiserInvitationOut.model_validate(one) for one in found], next=None)


@post(
    "/cohorts/{cohort_id:uuid}/organiser_invitations",
    guards=[signed_in],
    opt={"confirmed_login": True},
    responses=may_refuse(NotFound, NotConfirmed, TooMany, organisers.TooManyInvitations),
)
async def invite_organiser(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    tries: NamedDependency[Tries],
    *,
    cohort_id: FromPath[UUID],
    data: JSONBody[OrganiserIn],
) -> OrganiserInvitationOut:
    """Invite someone by mail to run the cohort with you, whether or not she has an account."""
    await tries.form(data.email)
    invited = await organisers.invite(db, actor, cohort_id, data.email, now=clock())
    return OrganiserInvitationOut.model_validate(invited)


@delete(
    "/cohorts/{cohort_id:uuid}/organiser_invitations/{invitation_id:uuid}",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def withdraw_organiser_invitation(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    invitation_id: FromPath[UUID],
) -> None:
    """Let an invitation's link not work any more."""
    await organisers.withdraw_invitation(db, actor, cohort_id, invitation_id, now=clock())


@post(
    "/organiser_invitations/acceptances",
    guards=[signed_in],
    opt={"confirmed_login": True},
    status_code=200,
    responses=may_refuse(LinkSpent, NotConfirmed),
)
async def accept_organiser_invitation(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    data: JSONBody[TokenIn],
) -> Response[CohortOut]:
    """Accept, with the token of the link that we sent to the address of your account."""
    cohort = await organisers.accept(db, actor, data.token, now=clock())
    return cohort_answer(await service.get(db, actor, cohort.id))


router = Router(
    "",
    route_handlers=[
        list_organisers,
        remove_organiser,
        list_organiser_invitations,
        invite_organiser,
        withdraw_organiser_invitation,
        accept_organiser_invitation,
    ],
    tags=["cohorts"],
    opt={"room": "cohorts"},
)
