"""Inviting the mentors whom the advice on a run says to look for, and what came of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import Annotated, Any

from pydantic import StringConstraints
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Invalid
from cohort.http.fields import Note, Slug, Strict
from cohort.invitations import service as invitations
from cohort.invitations.models import InvitedAs, MailedInvitation
from cohort.invitations.schemas import InvitationsIn, InvitedProfile
from cohort.matching.models import Round, Run
from cohort.matching.results.service import advice_of
from cohort.people.models import Person

MOST = 200
"""Invitations that are looked through for those of the advice, the newest first."""
Wanted = tuple[str, str]
"""The field and the role of a mentor to look for."""


class AdvisedInvitationIn(Strict):
    """Whom to invite, as the mentor with this field and role whom a run's advice looks for."""

    domain: Slug
    role: Slug
    person: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    note: Note = ""


async def invite_advised(
    db: AsyncSession,
    actor: Person,
    round_: Round,
    run: Run,
    form: AdvisedInvitationIn,
    *,
    now: datetime,
) -> str:
    """Mail an invitation whose form comes filled in as the advice says; the sentence to answer.

    Refused where the advice has changed meanwhile, and as `invitations.service.invite` refuses.
    """
    looked_for = (
        one for one in advice_of(run)["invitations"] if wanted(one) == (form.domain, form.role)
    )
    advised = next(looked_for, None)
    if advised is None:
        raise Invalid.at("person", "The advice has changed meanwhile. Choose again from the list.")
    profile = InvitedProfile(
        domains=[advised["domain"]],
        roles=[advised["role"]],
        skills=advised["skills"] or None,
        languages=[advised["language"]],
    )
    asked = InvitationsIn(
        invited_as=InvitedAs.MENTOR, lines=[form.person], note=form.note, profile=profile
    )
    (outcome,) = await invitations.invite(db, actor, round_.cohort_id, asked, now=now)
    if outcome.reason:
        raise Invalid.at("person", outcome.reason)
    return f"{outcome.email} is invited, with a form that is filled in as advised."


async def came_of_advice(
    db: AsyncSession, round_: Round, run: Run
) -> Mapping[Wanted, Sequence[MailedInvitation]]:
    """The invitations of the cohort, by the field and role that the advice looks for."""
    looked_for = {wanted(one) for one in advice_of(run)["invitations"]}
    if not looked_for:
        return {}
    as_mentors = (
        select(MailedInvitation)
        .where(MailedInvitation.cohort_id == round_.cohort_id)
        .where(MailedInvitation.invited_as == InvitedAs.MENTOR, MailedInvitation.profile != {})
        .order_by(MailedInvitation.created_at.desc(), MailedInvitation.id)
        .limit(MOST)
    )
    found: dict[Wanted, list[MailedInvitation]] = {}
    for one in await db.scalars(as_mentors):
        of = set(product(one.profile.get("domains", ()), one.profile.get("roles", ())))
        for this in sorted(of & looked_for):
            found.setdefault(this, []).append(one)
    return found


def wanted(one: Mapping[str, Any]) -> Wanted:
    return one["domain"], one["role"]
