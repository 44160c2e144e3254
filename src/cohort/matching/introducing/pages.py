"""Introductions in a browser, for organisers: open a round of them, read what was said."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.http.forms import Form, checked, sent_by
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Slice
from cohort.introductions import policy, reading
from cohort.introductions.schemas import IntroductionOut, introduction_out
from cohort.matching import service
from cohort.matching.introducing import waiting
from cohort.matching.introducing.schemas import IntroductionsIn
from cohort.matching.models import Round, RoundState
from cohort.people.auth import signed_in
from cohort.people.models import Person


@dataclass(frozen=True, slots=True)
class IntroductionsPage:
    cohort: Cohort
    open_round: Round | None
    introductions: Sequence[IntroductionOut]
    more: bool


@get("/cohorts/{slug:str}/introductions", guards=[signed_in])
async def cohort_introductions_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    slug: FromPath[str],
) -> Response[str]:
    return await _show(request, db, actor, slug, part, Form())


async def _show(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    slug: str,
    part: Slice,
    form: Form[IntroductionsIn],
) -> Response[str]:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    made = await reading.list_in_cohort(db, actor, cohort.id, part)
    newest = await service.latest_round(db, actor, cohort.id)
    open_round = newest if newest and newest.state is RoundState.OPEN else None
    said = [introduction_out(one, policy.side_of(actor, one)) for one in made.items]
    view = IntroductionsPage(cohort, open_round, said, bool(made.next))
    return page(request, "matching/introductions.html", view, form=form)


@post("/cohorts/{slug:str}/introductions", guards=[signed_in])
async def open_introductions_from_page(
    request: Asked,
    *,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    part: NamedDependency[Slice],
    slug: FromPath[str],
) -> Response[str] | Redirect:
    typed = (await sent_by(request)).as_typed(IntroductionsIn)
    form = checked(IntroductionsIn, {name: text for name, text in typed.items() if text})
    if form.value is None:
        return await _show(request, db, actor, slug, part, form)
    cohort = await cohorts.get_by_slug(db, actor, slug)
    opened = await service.open_introductions(db, actor, cohort.id, form.value, now=clock())
    return see(f"/rounds/{opened.id}", saying="The introductions are being worked out.")


@post("/rounds/{round_id:uuid}/withdrawal", guards=[signed_in])
async def set_aside_from_page(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    round_id: FromPath[UUID],
) -> Redirect:
    await waiting.set_aside(db, actor, round_id, now=clock())
    return see(f"/rounds/{round_id}", saying="It is set aside; nobody was told of it.")


router = Router(
    "",
    route_handlers=[
        cohort_introductions_page,
        open_introductions_from_page,
        set_aside_from_page,
    ],
    include_in_schema=False,
)
