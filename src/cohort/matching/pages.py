"""A round in a browser: what was found and why, pins and vetoes, run again, publish."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.cohorts.enrolments import NotJoinable
from cohort.errors import Invalid
from cohort.http.forms import Form, checked, read_form
from cohort.http.pages import Asked, page, see
from cohort.invitations.models import MailedInvitation
from cohort.jobs.progress import ProgressStore
from cohort.matching import cancelling, choosing, service
from cohort.matching.choosing import Choices, PartOfName
from cohort.matching.console import inviting
from cohort.matching.console.pairs import BEST, Only, Order, PairSearch
from cohort.matching.models import Override, Round, Run
from cohort.matching.overrides import service as overrides
from cohort.matching.overrides.schemas import OverrideIn
from cohort.matching.results import advice, what_ifs
from cohort.matching.results import service as results
from cohort.matching.results.schemas import WhatIfIn
from cohort.matching.view import ROWS, RoundView, view_round
from cohort.people.auth import signed_in
from cohort.people.models import Person

PageNumber = Annotated[int, QueryParameter(ge=1, le=10_000)]
FromRow = Annotated[Literal["true"] | None, QueryParameter()]
"""Whether a form stands in the row of a pair; the page then leads back to that row."""


@get("/rounds/{round_id:uuid}", guards=[signed_in])
async def round_page(
    request: Asked,
    *,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    progress: NamedDependency[ProgressStore],
    round_id: FromPath[UUID],
    pairs: PageNumber = 1,
    unmatched: PageNumber = 1,
    researcher: PartOfName = "",
    mentor: PartOfName = "",
    q: PartOfName = "",
    fit: Annotated[Literal["", "strong", "good", "fair", "weak"], QueryParameter()] = "",
    only: Annotated[Only, QueryParameter()] = "",
    of: Annotated[UUID | None, QueryParameter()] = None,
    sort: Annotated[Order, QueryParameter()] = BEST,
) -> Response[str]:
    found = await service.get_round(db, actor, round_id)
    view = await view_round(
        db,
        actor,
        found,
        progress=progress,
        pairs=pairs,
        unmatched=unmatched,
        search=PairSearch(q, fit, only, of, sort),
    )
    form: Form[OverrideIn] = Form(dict(request.query_params))
    people = await choosing.in_cohort(
        db, found.cohort_id, form.typed, researcher=researcher, mentor=mentor
    )
    return await show(request, db, view, form, people)


@dataclass(frozen=True, slots=True)
class RoundPage:
    """A round, and whom its form of pins and vetoes can name."""

    view: RoundView
    advised: Mapping[str, str]
    researchers: Choices
    mentors: Choices
    invited: Mapping[inviting.Wanted, Sequence[MailedInvitation]]
    invite: Form[inviting.AdvisedInvitationIn]


async def show(
    request: Asked,
    db: AsyncSession,
    view: RoundView,
    form: Form[OverrideIn],
    people: tuple[Choices, Choices],
    invite: Form[inviting.AdvisedInvitationIn] | None = None,
) -> Response[str]:
    """The page, with what was typed into the form of pins and vetoes, or of an invitation."""
    advised = await results.names_advised(db, view.run) if view.run else {}
    invited = await inviting.came_of_advice(db, view.round, view.run) if view.run else {}
    shown = RoundPage(view, advised, *people, invited, invite or Form())
    return page(request, "matching/round.html", shown, form=form)


@dataclass(frozen=True, slots=True)
class WhatIfView:
    """What a run answers about a pair that it did not make."""

    round: Round
    among: what_ifs.Alternatives | None
    answer: what_ifs.WhatIf | None
    first: int
    rows: int
    researchers: Choices
    mentors: Choices


@get("/rounds/{round_id:uuid}/what_if", guards=[signed_in])
async def what_if_page(
    request: Asked,
    *,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    round_id: FromPath[UUID],
    mentors: PageNumber = 1,
    researcher: PartOfName = "",
    mentor: PartOfName = "",
) -> Response[str]:
    """Other mentors for one researcher, what each would cost, and what one of them would move."""
    found = await service.get_round(db, actor, round_id)
    run = await service.solved_run(db, round_id)
    about = {"mentors", "researcher", "mentor"}  # the page and the search
    typed = {name: text for name, text in request.query_params.items() if text}
    typed = {name: text for name, text in typed.items() if name not in about}
    form: Form[WhatIfIn] = checked(WhatIfIn, typed) if typed else Form()
    if form.value is not None and (errors := unknown(form.value, run)):
        form = Form(typed, None, errors, 422)
    among, answer = None, None
    if form.value is not None:
        among, answer = await what_ifs.ask(db, actor, run.id, form.value)
    studying, mentoring = await choosing.in_run(
        db, run, typed, researcher=researcher, mentor=mentor
    )
    view = WhatIfView(
        round=found,
        among=among,
        answer=answer,
        first=(mentors - 1) * ROWS,
        rows=ROWS,
        researchers=studying,
        mentors=mentoring,
    )
    return page(request, "matching/what_if.html", view, form=form)


def unknown(form: WhatIfIn, run: Run) -> dict[str, str]:
    """Who took no part in the run, by field."""
    took_part = {"enrolment_id": run.researcher_prices, "mentor_id": run.mentor_prices}
    return {
        field: "Choose someone who took part in this run."
        for field, prices in took_part.items()
        if (one := getattr(form, field)) is not None and str(one) not in (prices or {})
    }


@post("/cohorts/{slug:str}/rounds", guards=[signed_in])
async def open_from_page(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Redirect:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    opened = await service.open_round(db, actor, cohort.id, now=clock())
    return see(f"/rounds/{opened.id}", saying="The round is open and is being solved.")


@post("/rounds/{round_id:uuid}/runs", guards=[signed_in])
async def run_again_from_page(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    round_id: FromPath[UUID],
) -> Redirect:
    await service.solve_again(db, actor, round_id, now=clock())
    return see(f"/rounds/{round_id}", saying="It is being solved again, with what holds now.")


@post("/rounds/{round_id:uuid}/runs/{run_id:uuid}/cancellation", guards=[signed_in])
async def cancel_from_page(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    round_id: FromPath[UUID],
    run_id: FromPath[UUID],
) -> Redirect:
    try:
        await cancelling.cancel(db, actor, run_id, now=clock())
    except cancelling.RunEnded as refusal:
        return see(f"/rounds/{round_id}", saying=refusal.sentence)
    return see(f"/rounds/{round_id}", saying="The run is cancelled. You can run the round again.")


@post("/rounds/{round_id:uuid}/advice", guards=[signed_in])
async def work_out_advice_again_from_page(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    round_id: FromPath[UUID],
) -> Redirect:
    await service.get_round(db, actor, round_id)
    run = await service.solved_run(db, round_id)
    await advice.ask_again(db, actor, run.id, now=clock())
    return see(f"/rounds/{round_id}#advice", saying="What would help is being worked out again.")


@post("/rounds/{round_id:uuid}/invitations", guards=[signed_in])
async def invite_from_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    round_id: FromPath[UUID],
) -> Response[str] | Redirect:
    """Invite a mentor whom the advice looks for, with a form that comes filled in."""
    found = await service.get_round(db, actor, round_id)
    run = await service.solved_run(db, round_id)
    form = await read_form(request, inviting.AdvisedInvitationIn)
    if form.value is not None:
        try:
            said = await inviting.invite_advised(db, actor, found, run, form.value, now=clock())
        except NotJoinable as refusal:
            form = form.refused(refusal, at="person")
        except Invalid as refusal:
            form = form.refused(refusal)
        else:
            return see(f"/rounds/{round_id}#advice", saying=said)
    people = await choosing.in_cohort(db, found.cohort_id, {})
    again: Form[OverrideIn] = Form(status=422)
    return await show(request, db, await view_round(db, actor, found), again, people, form)


@post("/rounds/{round_id:uuid}/publication", guards=[signed_in])
async def publish_from_page(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    round_id: FromPath[UUID],
) -> Redirect:
    await service.publish(db, actor, round_id, now=clock())
    return see(f"/rounds/{round_id}", saying="The round is published; both sides are asked.")


@post("/rounds/{round_id:uuid}/overrides", guards=[signed_in])
async def decide_from_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    round_id: FromPath[UUID],
    row: FromRow = None,
) -> Response[str] | Redirect:
    """From the form at the end of the page, or from the `row` of a pair: back to it."""
    found = await service.get_round(db, actor, round_id)
    form = await read_form(request, OverrideIn)
    if form.value is not None:
        try:
            made = await overrides.make_override(
                db, actor, found.cohort_id, form.value, now=clock()
            )
        except overrides.ContradictsOverride as refusal:
            form = form.refused(refusal, at="replace")
        except Invalid as refusal:
            form = form.refused(refusal)
        else:
            back = _back(request, round_id, made if row else None)
            return see(back, saying="Noted, for the next run.")
    people = await choosing.in_cohort(db, found.cohort_id, form.typed)
    return await show(request, db, await view_round(db, actor, found), form, people)


def _back(request: Asked, round_id: UUID, decision: Override | None) -> str:
    """To the decisions, or to the row of the pair, among the pairs that were listed.

    The fragment names what unfolds the row, so that a browser gives it the focus, without scripts.
    """
    if decision is None:
        return f"/rounds/{round_id}#overrides"
    listed = urlencode({name: one for name, one in request.query_params.items() if name != "row"})
    two = f"{decision.enrolment_id}-{decision.mentor_id}"
    return f"/rounds/{round_id}{'?' if listed else ''}{listed}#pair-{two}"


@post("/rounds/{round_id:uuid}/overrides/{override_id:uuid}/end", guards=[signed_in])
async def lift_from_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    round_id: FromPath[UUID],
    override_id: FromPath[UUID],
    row: FromRow = None,
) -> Redirect:
    lifted = await overrides.lift_override(db, actor, override_id, now=clock())
    return see(
        _back(request, round_id, lifted if row else None), saying="Lifted, for the next run."
    )


router = Router(
    "",
    route_handlers=[
        round_page,
        what_if_page,
        open_from_page,
        run_again_from_page,
        cancel_from_page,
        work_out_advice_again_from_page,
        invite_from_page,
        publish_from_page,
        decide_from_page,
        lift_from_page,
    ],
    include_in_schema=False,
)
