"""A round in a browser: what was found and why, pins and vetoes, run again, publish."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Enrolment
from cohort.errors import Invalid
from cohort.http.forms import Form, checked, read_form
from cohort.http.pages import Asked, page, see
from cohort.jobs.progress import ProgressStore
from cohort.matching import service
from cohort.matching.models import Round
from cohort.matching.overrides import service as overrides
from cohort.matching.overrides.schemas import OverrideIn
from cohort.matching.results import advice, what_ifs
from cohort.matching.results import service as results
from cohort.matching.results.schemas import WhatIfIn
from cohort.matching.view import ROWS, Choices, RoundView, people_of, people_to_choose, view_round
from cohort.mentors.models import Mentor
from cohort.people.auth import signed_in
from cohort.people.models import Person

PageNumber = Annotated[int, QueryParameter(ge=1, le=10_000)]


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
) -> Response[str]:
    found = await service.get_round(db, actor, round_id)
    view = await view_round(db, found, progress=progress, pairs=pairs, unmatched=unmatched)
    return await show(request, db, view, Form(dict(request.query_params)))


async def show(
    request: Asked, db: AsyncSession, view: RoundView, form: Form[OverrideIn]
) -> Response[str]:
    """The page, with what was typed into the form of pins and vetoes."""
    enrolments, mentors = await people_to_choose(db, view.round.cohort_id)
    return page(
        request,
        "matching/round.html",
        form=form,
        view=view,
        advised=await results.names_advised(db, view.run) if view.run else {},
        enrolments=choices(enrolments),
        mentors=choices(mentors),
    )


def choices(people: Sequence[Enrolment] | Sequence[Mentor]) -> list[dict[str, str]]:
    return [{"value": str(one.id), "label": one.person.name} for one in people]


@dataclass(frozen=True, slots=True)
class WhatIfView:
    """What a run answers about a pair that it did not make."""

    round: Round
    among: what_ifs.Alternatives | None
    answer: what_ifs.WhatIf | None
    first: int
    rows: int
    enrolments: Sequence[Mapping[str, str]]
    mentors: Sequence[Mapping[str, str]]


@get("/rounds/{round_id:uuid}/what_if", guards=[signed_in])
async def what_if_page(
    request: Asked,
    *,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    round_id: FromPath[UUID],
    mentors: PageNumber = 1,
) -> Response[str]:
    """Other mentors for one researcher, what each would cost, and what one of them would move."""
    found = await service.get_round(db, actor, round_id)
    run = await service.solved_run(db, round_id)
    typed = {name: text for name, text in request.query_params.items() if text}
    typed.pop("mentors", None)
    form: Form[WhatIfIn] = checked(WhatIfIn, typed) if typed else Form()
    studying, mentoring = await people_of(db, run)
    if form.value is not None and (errors := unknown(form.value, studying, mentoring)):
        form = Form(typed, None, errors, 422)
    among, answer = None, None
    if form.value is not None:
        among, answer = await what_ifs.ask(db, actor, run.id, form.value)
    view = WhatIfView(
        round=found,
        among=among,
        answer=answer,
        first=(mentors - 1) * ROWS,
        rows=ROWS,
        enrolments=[{"value": str(one), "label": name} for one, name in studying],
        mentors=[{"value": str(one), "label": name} for one, name in mentoring],
    )
    return page(request, "matching/what_if.html", view, form=form)


def unknown(form: WhatIfIn, studying: Choices, mentoring: Choices) -> dict[str, str]:
    sought = {"enrolment_id": studying, "mentor_id": [*mentoring, (None, "")]}
    return {
        field: "Choose someone who took part in this run."
        for field, people in sought.items()
        if getattr(form, field) not in {one for one, _ in people}
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
) -> Response[str] | Redirect:
    found = await service.get_round(db, actor, round_id)
    form = await read_form(request, OverrideIn)
    if form.value is not None:
        try:
            await overrides.make_override(db, actor, found.cohort_id, form.value, now=clock())
        except overrides.ContradictsOverride as refusal:
            form = form.refused(refusal, at="replace")
        except Invalid as refusal:
            form = form.refused(refusal)
        else:
            return see(f"/rounds/{round_id}#overrides", saying="Noted, for the next run.")
    return await show(request, db, await view_round(db, found), form)


@post("/rounds/{round_id:uuid}/overrides/{override_id:uuid}/end", guards=[signed_in])
async def lift_from_page(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    round_id: FromPath[UUID],
    override_id: FromPath[UUID],
) -> Redirect:
    await overrides.lift_override(db, actor, override_id, now=clock())
    return see(f"/rounds/{round_id}#overrides", saying="Lifted, for the next run.")


router = Router(
    "",
    route_handlers=[
        round_page,
        what_if_page,
        open_from_page,
        run_again_from_page,
        work_out_advice_again_from_page,
        publish_from_page,
        decide_from_page,
        lift_from_page,
    ],
    include_in_schema=False,
)
