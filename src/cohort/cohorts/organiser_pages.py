"""Who runs a cohort, in a browser: inviting, accepting, ending."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import organisers, service
from cohort.cohorts.models import Cohort, Organiser, OrganiserInvitation
from cohort.cohorts.schemas import OrganiserIn
from cohort.http.forms import Form, read_form
from cohort.http.pages import Asked, page, see
from cohort.people.auth import public, signed_in
from cohort.people.models import Person
from cohort.people.throttle import Tries

Answer = Response[str] | Redirect


@dataclass(frozen=True, slots=True)
class OrganisersView:
    """Who runs a cohort, and who is asked to."""

    cohort: Cohort
    organisers: Sequence[Organiser]
    invitations: Sequence[OrganiserInvitation]


async def _organisers(
    request: Asked, db: AsyncSession, actor: Person, slug: str, form: Form[Any], *, now: datetime
) -> Response[str]:
    cohort = await service.get_by_slug(db, actor, slug)
    view = OrganisersView(
        cohort=cohort,
        organisers=await organisers.list_organisers(db, actor, cohort.id),
        invitations=await organisers.list_invitations(db, actor, cohort.id, now=now),
    )
    return page(request, "cohorts/organisers.html", view, form=form)


@get("/cohorts/{slug:str}/organisers", guards=[signed_in])
async def organisers_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str]:
    return await _organisers(request, db, actor, slug, Form(), now=clock())


@post("/cohorts/{slug:str}/organisers", guards=[signed_in], opt={"confirmed_login": True})
async def invite_organiser(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    tries: NamedDependency[Tries],
    *,
    slug: FromPath[str],
) -> Answer:
    cohort, now = await service.get_by_slug(db, actor, slug), clock()
    form = await read_form(request, OrganiserIn)
    if form.value is not None:
        email = form.value.email
        await tries.form(email)
        try:
            await organisers.invite(db, actor, cohort.id, email, now=now)
        except organisers.TooManyInvitations as refusal:
            form = form.refused(refusal)
        else:
            saying = f"{email} is invited, by a mail whose link works for a week."
            return see(f"/cohorts/{slug}/organisers", saying=saying)
    return await _organisers(request, db, actor, slug, form, now=now)


@post(
    "/cohorts/{slug:str}/organisers/{person_id:uuid}/remove",
    guards=[signed_in],
    opt={"confirmed_login": True},
)
async def remove_organiser(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    *,
    slug: FromPath[str],
    person_id: FromPath[UUID],
) -> Answer:
    cohort, now = await service.get_by_slug(db, actor, slug), clock()
    try:
        await organisers.remove(db, actor, cohort.id, person_id, now=now)
    except organisers.LastOrganiser as refusal:
        form: Form[Any] = Form().refused(refusal)
        return await _organisers(request, db, actor, slug, form, now=now)
    if person_id == actor.id:
        return see("/cohorts", saying=f"You do not run {cohort.name} any more.")
    return see(f"/cohorts/{slug}/organisers", saying="Everyone who runs this cohort is told.")


@post("/cohorts/{slug:str}/organiser_invitations/{invitation_id:uuid}/withdraw", guards=[signed_in])
async def withdraw_invitation(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
    invitation_id: FromPath[UUID],
) -> Redirect:
    cohort = await service.get_by_slug(db, actor, slug)
    await organisers.withdraw_invitation(db, actor, cohort.id, invitation_id, now=clock())
    return see(f"/cohorts/{slug}/organisers", saying="That link does not work any more.")


@get("/organisers/accept/{token:str}", guards=[public], opt={"secret_answer": True})
async def invitation_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    token: FromPath[str],
) -> Response[str]:
    # A button, not the link itself: mail scanners open links before people do.
    invitation = await organisers.read_invitation(db, token, now=clock())
    here = f"/organisers/accept/{token}"
    return page(request, "cohorts/invitation.html", invitation=invitation, here=here)


@post("/organisers/accept/{token:str}", guards=[signed_in], opt={"confirmed_login": True})
async def accept_invitation(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    token: FromPath[str],
) -> Redirect:
    cohort = await organisers.accept(db, actor, token, now=clock())
    return see(f"/cohorts/{cohort.slug}", saying=f"You run {cohort.name} from now on.")


router = Router(
    "",
    route_handlers=[
        organisers_page,
        invite_organiser,
        remove_organiser,
        withdraw_invitation,
        invitation_page,
        accept_invitation,
    ],
    include_in_schema=False,
)
