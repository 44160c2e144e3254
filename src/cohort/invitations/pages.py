"""Inviting people in a browser, and what came of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import enrolments
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.errors import Invalid
from cohort.http.forms import Form, Sent, checked, sent_by
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Slice
from cohort.invitations import service
from cohort.invitations.lines import split_lines
from cohort.invitations.models import MailedInvitation
from cohort.invitations.schemas import InvitationOutcome, InvitationsIn, InvitedLineOut
from cohort.people.auth import signed_in
from cohort.people.models import Person


@dataclass(frozen=True, slots=True)
class InvitationsView:
    """The invitations of a cohort, and what inviting some more would do."""

    cohort: Cohort
    invitations: Sequence[MailedInvitation]
    next: str | None
    first: str | None
    outcomes: Sequence[InvitedLineOut]


@get("/cohorts/{slug:str}/invitations", guards=[signed_in])
async def invitations_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    slug: FromPath[str],
) -> Response[str]:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    return await _show(request, db, actor, cohort, Form(), part)


@post("/cohorts/{slug:str}/invitations", guards=[signed_in])
async def invite(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str] | Redirect:
    """With `dry_run`, the same page says what would happen."""
    cohort = await cohorts.get_by_slug(db, actor, slug)
    sent = await sent_by(request)
    form = checked(InvitationsIn, _typed(sent))
    outcomes: Sequence[InvitedLineOut] = ()
    if form.value is not None:
        is_trial = form.value.dry_run
        try:
            outcomes = await service.invite(db, actor, cohort.id, form.value, now=clock())
        except (Invalid, enrolments.NotJoinable) as refusal:
            form = form.refused(refusal)
        else:
            if not is_trial:
                return see(f"/cohorts/{slug}/invitations", saying=_in_short(outcomes))
    return await _show(request, db, actor, cohort, form, Slice(), outcomes)


def _typed(sent: Sent) -> dict[str, Any]:
    typed = sent.as_typed(InvitationsIn)
    typed["lines"] = [line for text in sent.texts("lines") for line in split_lines(text)]
    if not typed.get("page_url"):
        typed.pop("page_url", None)
    return typed


def _in_short(outcomes: Sequence[InvitedLineOut]) -> str:
    counts = Counter(one.outcome for one in outcomes)
    refused = [f"{one.line}: {one.reason}" for one in outcomes if one.outcome == "refused"]
    there = counts[InvitationOutcome.ALREADY]
    already = f" {there} needed none." if there else ""
    invited = f"{counts[InvitationOutcome.INVITED]} of {len(outcomes)} invited.{already}"
    return " ".join([invited, *refused[:3]])


async def _show(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    cohort: Cohort,
    form: Form[InvitationsIn],
    part: Slice,
    outcomes: Sequence[InvitedLineOut] = (),
) -> Response[str]:
    found = await service.list_invitations(db, actor, cohort.id, part)
    view = InvitationsView(cohort, found.items, found.next, part.cursor, outcomes)
    return page(request, "invitations/list.html", view, form=form)


@post("/invitations/{invitation_id:uuid}/mails", guards=[signed_in])
async def send_again(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    invitation_id: FromPath[UUID],
) -> Redirect:
    sent = await service.send_again(db, actor, invitation_id, now=clock())
    return _back(sent, f"A new link is on its way to {sent.email}.")


@post("/invitations/{invitation_id:uuid}/revocation", guards=[signed_in])
async def revoke(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    invitation_id: FromPath[UUID],
) -> Redirect:
    revoked = await service.revoke(db, actor, invitation_id, now=clock())
    return _back(revoked, f"The invitation of {revoked.email} is taken back.")


def _back(invitation: MailedInvitation, saying: str) -> Redirect:
    return see(f"/cohorts/{invitation.cohort.slug}/invitations", saying=saying)


router = Router(
    "", route_handlers=[invitations_page, invite, send_again, revoke], include_in_schema=False
)
