"""A proposal and its answers in a browser: the page that a mail leads to.

The link of the mail opens the page and changes nothing. Whoever is not signed in signs in first,
if need be by a link sent to the same address: a link that answered by itself would answer for
everybody whom the mail is forwarded to, and for programs that follow links.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import own_terms
from cohort.errors import Invalid
from cohort.http.forms import Form, read_form
from cohort.http.pages import Asked, local, page, see
from cohort.mentorships import declining, policy, reading, service
from cohort.mentorships.models import Proposal, ProposalState, Side
from cohort.mentorships.schemas import NoIn
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.profiles.languages import LANGUAGES
from cohort.questions import answering
from cohort.questions.models import AnswerOf, GivenAnswer


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal as one of the two sees it, with what the other tells."""

    proposal: Proposal
    side: Side
    is_open: bool
    titles: Mapping[tuple[str, str], str]
    languages: Mapping[str, str]
    answers: Sequence[GivenAnswer]
    here: str
    back: str


def onward(request: Asked, otherwise: str) -> str:
    """Where the page that sent the form wants to go on: an address of ours."""
    wanted = request.query_params.get("next")
    return local(wanted) if wanted else otherwise


@get("/proposals/{proposal_id:uuid}", guards=[signed_in])
async def proposal_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    proposal_id: FromPath[UUID],
) -> Response[str]:
    return await _show(request, db, actor, proposal_id, Form(), clock)


async def _show(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    proposal_id: UUID,
    form: Form[Any],
    clock: Clock,
) -> Response[str]:
    proposal = await reading.get_proposal(db, actor, proposal_id)
    side = service.side_who_answers(actor, proposal)
    is_open = proposal.state is ProposalState.OPEN and clock() < proposal.expires_at
    other = proposal.enrolment if side is Side.MENTOR else proposal.mentor
    of = AnswerOf.RESEARCHER if side is Side.MENTOR else AnswerOf.MENTOR
    whose = (proposal.cohort_id, other.person_id)
    back = onward(
        request, "/mentoring" if side is Side.MENTOR else f"/plan/{proposal.enrolment_id}"
    )
    view = ProposalView(
        proposal=proposal,
        side=side,
        is_open=is_open,
        titles=await own_terms.titles(db, proposal.cohort_id) if is_open else {},
        languages=LANGUAGES,
        answers=(await answering.told_in_pairs(db, [whose], of))[whose] if is_open else (),
        here=f"/proposals/{proposal_id}?next={quote(back)}",
        back=back,
    )
    return page(request, "mentorships/answer.html", view, form=form)


@post("/proposals/{proposal_id:uuid}/accept", guards=[signed_in])
async def accept(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    proposal_id: FromPath[UUID],
) -> Redirect:
    proposal = await service.accept(db, actor, proposal_id, now=clock())
    by_mentor = policy.side_of(actor, proposal) is Side.MENTOR
    other = (proposal.enrolment if by_mentor else proposal.mentor).person
    begun = proposal.state is ProposalState.ACCEPTED
    notice = (
        f"It is a match: you and {other.name}."
        if begun
        else f"Thank you. It begins when {other.name} says yes too."
    )
    return see(await _after_a_yes(request, db, actor, proposal), saying=notice)


async def _after_a_yes(request: Asked, db: AsyncSession, actor: Person, proposal: Proposal) -> str:
    """A researcher goes on to her mentorship, once it began; else to the card, not above it.

    A mentor goes back to her list, where others may wait for an answer.
    """
    back = onward(request, f"/proposals/{proposal.id}")
    if proposal.state is not ProposalState.ACCEPTED:
        return f"{back.partition('#')[0]}#proposal-{proposal.id}"
    if policy.side_of(actor, proposal) is Side.RESEARCHER:
        begun = await reading.mentorship_of(db, actor, proposal.enrolment_id)
        return f"/mentorships/{begun.id}" if begun else back
    return back


@post("/proposals/{proposal_id:uuid}/decline", guards=[signed_in])
async def decline(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    proposal_id: FromPath[UUID],
) -> Response[str] | Redirect:
    form = await read_form(request, NoIn)
    if form.value is not None:
        try:
            await declining.decline(db, actor, proposal_id, **form.value.model_dump(), now=clock())
        except Invalid as refusal:
            form = form.refused(refusal)
        else:
            notice = "Thank you for saying so. The organisers read why, and we look again."
            return see(onward(request, f"/proposals/{proposal_id}"), saying=notice)
    return await _show(request, db, actor, proposal_id, form, clock)


router = Router("", route_handlers=[proposal_page, accept, decline], include_in_schema=False)
