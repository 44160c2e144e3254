"""Repairs and swaps in a browser: the price first, then a button."""

from dataclasses import dataclass
from uuid import UUID

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Refusal
from cohort.http.forms import Form
from cohort.http.pages import Asked, page
from cohort.matching import choosing
from cohort.matching.choosing import Choices, PartOfName
from cohort.matching.comparing.service import solved_run
from cohort.matching.models import Run
from cohort.matching.repairing import asking
from cohort.people.auth import signed_in
from cohort.people.models import Person


@dataclass(frozen=True, slots=True)
class RepairView:
    """found  the ways on; none before somebody is named. refused  why there are none."""

    run: Run
    found: asking.Repairs | None
    refused: str
    researchers: Choices
    mentors: Choices


@dataclass(frozen=True, slots=True)
class SwapView:
    run: Run
    found: asking.Swap | None
    refused: str
    ones: Choices
    others: Choices


@get("/runs/{run_id:uuid}/repair", guards=[signed_in])
async def repair_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    run_id: FromPath[UUID],
    researcher: PartOfName = "",
    mentor: PartOfName = "",
) -> Response[str]:
    """What could be done without a researcher, a mentor or a pair, and what each way loses."""
    run = await solved_run(db, actor, run_id)
    typed = dict(request.query_params)
    studying, mentoring = await choosing.in_run(
        db, run, typed, researcher=researcher, mentor=mentor
    )
    found, refused = None, ""
    if studying.chosen or mentoring.chosen:
        try:
            found = await asking.repairs(db, actor, run_id, _id(studying), _id(mentoring))
        except Refusal as refusal:
            refused = refusal.sentence
    view = RepairView(run, found, refused, studying, mentoring)
    return page(request, "matching/repair.html", view, form=Form(typed))


@get("/runs/{run_id:uuid}/swap", guards=[signed_in])
async def swap_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    run_id: FromPath[UUID],
    researcher: PartOfName = "",
) -> Response[str]:
    """Two researchers with each other's mentor, and what that costs."""
    run = await solved_run(db, actor, run_id)
    typed = dict(request.query_params)
    ones, others = [
        (await choosing.in_run(db, run, {"enrolment_id": typed.get(name)}, researcher=researcher))[
            0
        ]
        for name in ("enrolment_id", "other_id")
    ]
    found, refused = None, ""
    one, other = _id(ones), _id(others)
    if one and other:
        try:
            found = await asking.swap(db, actor, run_id, one, other)
        except Refusal as refusal:
            refused = refusal.sentence
    view = SwapView(run, found, refused, ones, others)
    return page(request, "matching/swap.html", view, form=Form(typed))


def _id(people: Choices) -> UUID | None:
    return UUID(people.chosen) if people.chosen else None


router = Router("", route_handlers=[repair_page, swap_page], include_in_schema=False)
