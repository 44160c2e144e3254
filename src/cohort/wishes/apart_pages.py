"""Keeping people apart in a browser: one's own list, and the organisers' list of conflicts."""

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
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.errors import Invalid
from cohort.http.forms import Form, checked, read_form, sent_by
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Slice
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.wishes import apart, conflicts
from cohort.wishes.models import KeptApart
from cohort.wishes.schemas import ConflictOut, KeptApartIn, LiftIn

Answer = Response[str] | Redirect


@dataclass(frozen=True, slots=True)
class ApartView:
    cohort: Cohort
    own: Sequence[KeptApart]


@dataclass(frozen=True, slots=True)
class ConflictsView:
    cohort: Cohort
    conflicts: Sequence[ConflictOut]
    first: str | None
    next: str | None
    lifting: tuple[UUID, UUID] | None
    """The two of a form that has to be mended."""


@get("/cohorts/{slug:str}/kept_apart", guards=[signed_in])
async def kept_apart_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    slug: FromPath[str],
) -> Response[str]:
    return await _own(request, db, actor, await cohorts.get_by_slug(db, actor, slug), Form())


@post("/cohorts/{slug:str}/kept_apart", guards=[signed_in])
async def keep_apart(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Answer:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    typed = (await sent_by(request)).as_typed(KeptApartIn)
    form = checked(KeptApartIn, {name: text for name, text in typed.items() if text})
    if form.value is not None:
        try:
            kept = await apart.keep_apart(db, actor, cohort.id, form.value, now=clock())
        except (Invalid, apart.TooManyKeptApart) as refusal:
            form = form.refused(refusal)
        else:
            saying = f"You are not matched with {kept.label}. Nobody is told."
            return see(f"/cohorts/{slug}/kept_apart", saying=saying)
    return await _own(request, db, actor, cohort, form)


@post("/cohorts/{slug:str}/kept_apart/{apart_id:uuid}/removal", guards=[signed_in])
async def take_back(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    slug: FromPath[str],
    apart_id: FromPath[UUID],
) -> Redirect:
    await cohorts.get_by_slug(db, actor, slug)
    await apart.take_back(db, actor, apart_id)
    return see(f"/cohorts/{slug}/kept_apart", saying="That is taken back.")


@get("/cohorts/{slug:str}/conflicts", guards=[signed_in])
async def conflicts_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    slug: FromPath[str],
) -> Response[str]:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    return await _conflicts(request, db, actor, cohort, part, Form())


@post(
    "/cohorts/{slug:str}/conflicts/{enrolment_id:uuid}/{mentor_id:uuid}",
    guards=[signed_in],
)
async def lift_conflict(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
    enrolment_id: FromPath[UUID],
    mentor_id: FromPath[UUID],
) -> Answer:
    cohort = await cohorts.require_organiser(
        db, actor, (await cohorts.get_by_slug(db, actor, slug)).id
    )
    two = (enrolment_id, mentor_id)
    if (await sent_by(request)).texts("restore"):
        await conflicts.lift(db, actor, cohort.id, two, None, now=clock())
        return see(f"/cohorts/{slug}/conflicts", saying="The conflict rules the two out again.")
    form = await read_form(request, LiftIn)
    if form.value is not None:
        await conflicts.lift(db, actor, cohort.id, two, form.value.lifted_because, now=clock())
        saying = "The two may be matched from the next run on."
        return see(f"/cohorts/{slug}/conflicts", saying=saying)
    return await _conflicts(request, db, actor, cohort, Slice(), form, two)


async def _own(
    request: Asked, db: AsyncSession, actor: Person, cohort: Cohort, form: Form[Any]
) -> Response[str]:
    view = ApartView(cohort, await apart.list_own(db, actor, cohort.id))
    return page(request, "wishes/kept_apart.html", view, form=form)


async def _conflicts(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    cohort: Cohort,
    part: Slice,
    form: Form[Any],
    lifting: tuple[UUID, UUID] | None = None,
) -> Response[str]:
    found = await conflicts.list_in(db, actor, cohort.id, part)
    view = ConflictsView(cohort, found.items, part.cursor, found.next, lifting)
    return page(request, "wishes/conflicts.html", view, form=form)


router = Router(
    "",
    route_handlers=[kept_apart_page, keep_apart, take_back, conflicts_page, lift_conflict],
    include_in_schema=False,
)
