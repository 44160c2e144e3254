"""Locks, repairs and swaps in a browser: the price first, then a button."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import Invalid, Refusal
from cohort.http.forms import Form, read_form
from cohort.http.pages import Asked, page, see
from cohort.matching import choosing
from cohort.matching.choosing import Choices, PartOfName
from cohort.matching.comparing.service import solved_run
from cohort.matching.models import PinSetKind, Run
from cohort.matching.repairing import acting, asking
from cohort.matching.repairing.planning import PinPlan
from cohort.matching.repairing.schemas import PinSetIn
from cohort.pairing import saying, saying_changes
from cohort.people.auth import signed_in
from cohort.people.models import Person

MOST_CHOSEN = 200
"""Pairs among which a page lets choose; of a run with more, all are locked."""
DONE = {
    PinSetKind.LOCK: "The pairs are locked for this round; the rest is being solved.",
    PinSetKind.SWAP: "The two swap their mentors; the round is being solved with that.",
    PinSetKind.REPAIR: "The round is being solved as you chose.",
}


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


@dataclass(frozen=True, slots=True)
class LockView:
    """pairs  those to choose from, by enrolment with both names; none of a run with too many.
    chosen   whose pairs are priced; all if empty.
    """

    run: Run
    found: PinPlan | None
    refused: str
    cost: str
    moves: Sequence[str]
    pairs: Sequence[tuple[UUID, str, str]]
    chosen: AbstractSet[UUID]


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
    form: Form[PinSetIn] = Form(dict(request.query_params))
    return await _show_repair(request, db, actor, run, form, sought=(researcher, mentor))


async def _show_repair(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    run: Run,
    form: Form[PinSetIn],
    *,
    sought: tuple[str, str] = ("", ""),
) -> Response[str]:
    typed = dict(form.typed)
    if isinstance(named := typed.get("enrolment_ids"), list) and named:
        typed["enrolment_id"] = named[0]
    studying, mentoring = await choosing.in_run(
        db, run, typed, researcher=sought[0], mentor=sought[1]
    )
    found, refused = None, form.errors.get("", "")
    if studying.chosen or mentoring.chosen:
        try:
            found = await asking.repairs(db, actor, run.id, _id(studying), _id(mentoring))
        except Refusal as refusal:
            refused = refused or refusal.sentence
    view = RepairView(run, found, refused, studying, mentoring)
    return page(request, "matching/repair.html", view, form=form)


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
    form: Form[PinSetIn] = Form(dict(request.query_params))
    two = [form.typed.get("enrolment_id", ""), form.typed.get("other_id", "")]
    return await _show_swap(request, db, actor, run, form, two, sought=researcher)


async def _show_swap(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    run: Run,
    form: Form[PinSetIn],
    two: list[str],
    *,
    sought: str = "",
) -> Response[str]:
    ones, others = [
        (await choosing.in_run(db, run, {"enrolment_id": one}, researcher=sought))[0] for one in two
    ]
    found, refused = None, form.errors.get("", "")
    one, other = _id(ones), _id(others)
    if one and other:
        try:
            found = await asking.swap(db, actor, run.id, one, other)
        except Refusal as refusal:
            refused = refused or refusal.sentence
    view = SwapView(run, found, refused, ones, others)
    return page(request, "matching/swap.html", view, form=form)


@get("/runs/{run_id:uuid}/lock", guards=[signed_in])
async def lock_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    run_id: FromPath[UUID],
    enrolment_ids: Annotated[list[UUID] | None, QueryParameter(max_items=MOST_CHOSEN)] = None,
) -> Response[str]:
    """What it costs now to keep the pairs of a run, all or those of some."""
    run = await solved_run(db, actor, run_id)
    return await _show_lock(request, db, actor, clock, run, Form(), set(enrolment_ids or ()))


async def _show_lock(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    clock: Clock,
    run: Run,
    form: Form[PinSetIn],
    chosen: AbstractSet[UUID] = frozenset(),
) -> Response[str]:
    found, refused = None, form.errors.get("", "")
    asked = PinSetIn(kind=PinSetKind.LOCK, enrolment_ids=sorted(chosen), reason="?", dry_run=True)
    try:
        found = await acting.preview(db, actor, run.id, asked, now=clock())
    except Refusal as refusal:
        refused = refused or refusal.sentence
    cost, moves = "", []
    if found is not None:
        cost = saying_changes.lock_cost(found.cost, found.fewer_placed, run.total or 0.0)
        moves = [saying.move(one, found.names) for one in found.changes]
    pairs = await asking.pairs_by_name(db, run, MOST_CHOSEN) if found else []
    view = LockView(run, found, refused, cost, moves, pairs, chosen)
    return page(request, "matching/lock.html", view, form=form)


@post("/runs/{run_id:uuid}/pin_sets", guards=[signed_in])
async def pin_several_from_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    run_id: FromPath[UUID],
    some: Annotated[bool, QueryParameter()] = False,  # noqa: FBT002
) -> Response[str] | Redirect:
    """From the page that said the price; on a refusal that page again, with what was typed.

    Of `some` pairs to lock at least one is chosen; else all are meant.
    """
    run = await solved_run(db, actor, run_id)
    form = await read_form(request, PinSetIn)
    if some and form.value is not None and not form.value.enrolment_ids:
        form = form.refused(Invalid.at("enrolment_ids", "Choose at least one pair."))
    if form.value is not None:
        try:
            made, _ = await acting.act(db, actor, run_id, form.value, now=clock())
        except Invalid as refusal:
            form = form.refused(refusal)
        except Refusal as refusal:
            form = form.refused(refusal, at="", status=refusal.status)
        else:
            return see(f"/rounds/{run.round_id}", saying=DONE[made.kind])
    kind = form.typed.get("kind")
    if kind == PinSetKind.SWAP:
        two = [*form.typed.get("enrolment_ids", []), "", ""][:2]
        return await _show_swap(request, db, actor, run, form, two)
    if kind == PinSetKind.REPAIR:
        return await _show_repair(request, db, actor, run, form)
    return await _show_lock(request, db, actor, clock, run, form, _ids(form))


def _ids(form: Form[PinSetIn]) -> set[UUID]:
    """Those that were chosen, as far as they are ids."""
    try:
        return {UUID(one) for one in form.typed.get("enrolment_ids", [])}
    except ValueError:
        return set()


def _id(people: Choices) -> UUID | None:
    return UUID(people.chosen) if people.chosen else None


router = Router(
    "",
    route_handlers=[repair_page, swap_page, lock_page, pin_several_from_page],
    include_in_schema=False,
)
