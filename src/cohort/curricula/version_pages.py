"""Versions of a guide, and the cohorts that move from one to another, in a browser."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import policy as cohort_policy
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.curricula import moving, policy, service
from cohort.curricula.routes import toml_file
from cohort.curricula.schemas import DraftIn, GuideMoveIn
from cohort.curricula.stored import curriculum_of
from cohort.errors import Conflict, Invalid
from cohort.guides import service as guides
from cohort.guides.models import Guide
from cohort.http.forms import Form, read_form
from cohort.http.pages import Asked, page, see
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.profiles.choices import Options
from cohort.settings import Settings


@dataclass(frozen=True, slots=True)
class VersionsView:
    """A guide's versions, and which of the actor's cohorts study which."""

    guide: Guide
    versions: Sequence[Guide]
    cohorts: Sequence[Cohort]
    may_follow: bool
    may_open: bool


@dataclass(frozen=True, slots=True)
class MoveView:
    """A cohort's guide, others that it could study, and what one of them would change."""

    cohort: Cohort
    guide: Guide
    others: Options
    to: Guide | None
    change: moving.GuideChange | None


@get("/guides/{slug:str}/versions", guards=[signed_in])
async def versions_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    settings: NamedDependency[Settings],
    slug: FromPath[str],
) -> Response[str]:
    guide = await guides.get_by_slug(db, slug)
    versions = await moving.versions_of(db, guide)
    studying = await db.scalars(
        select(Cohort)
        .where(Cohort.id.in_(cohort_policy.organised_by(actor)))
        .order_by(Cohort.starts_on.desc(), Cohort.id)
        .limit(50)
    )
    may = select(Guide.id).where(Guide.id == guide.id, policy.may_follow(actor))
    may_open = cohort_policy.may_open(actor, open_to_anyone=settings.anyone_opens_cohorts)
    view = VersionsView(guide, versions, studying.all(), await db.scalar(may) is not None, may_open)
    return page(request, "curricula/versions.html", view)


@post("/guides/{slug:str}/versions", guards=[signed_in])
async def begin_version(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    slug: FromPath[str],
) -> Redirect:
    """A draft from this version, to change it."""
    guide = await guides.get_by_slug(db, slug)
    anyone = settings.anyone_opens_cohorts
    form = DraftIn(guide_id=guide.id)
    draft = await service.begin(db, actor, form, open_to_anyone=anyone, now=clock())
    return see(f"/curricula/{draft.id}", saying="A draft of the next version. Only you see it.")


@get("/guides/{slug:str}/file", guards=[signed_in])
async def curriculum_file(
    db: NamedDependency[AsyncSession], slug: FromPath[str]
) -> Response[bytes]:
    guide = await guides.get_by_slug(db, slug)
    return toml_file(guide.slug, await curriculum_of(db, guide))


@get("/curricula/{draft_id:uuid}/file", guards=[signed_in])
async def draft_file(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], draft_id: FromPath[UUID]
) -> Response[bytes]:
    draft = await service.get(db, actor, draft_id)
    return toml_file(draft.title, service.content_of(draft))


@get("/cohorts/{slug:str}/guide", guards=[signed_in])
async def cohort_guide_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    slug: FromPath[str],
    to: Annotated[UUID | None, QueryParameter(description="The guide to compare with.")] = None,
) -> Response[str]:
    return await _show(request, db, actor, slug, to, Form())


@post("/cohorts/{slug:str}/guide", guards=[signed_in])
async def move_from_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str] | Redirect:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    form = await read_form(request, GuideMoveIn)
    told = form.value
    if told is None:
        return await _show(request, db, actor, slug, None, form)
    try:
        seen, to = told.from_guide_id, told.to_guide_id
        await moving.move(db, actor, cohort.id, seen, to, now=clock())
    except (Invalid, Conflict) as refusal:
        return await _show(request, db, actor, slug, None, form.refused(refusal))
    saying = (
        "The cohort studies this version now. Plans follow in a moment; what was handed in stays."
    )
    return see(f"/cohorts/{slug}/guide", saying=saying)


async def _show(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    slug: str,
    to: UUID | None,
    form: Form[GuideMoveIn],
) -> Response[str]:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    await cohorts.require_organiser(db, actor, cohort.id)
    guide = await guides.get(db, cohort.guide_id)
    others: Options = [
        {"value": str(one.id), "label": f"{one.title}, version {one.version}"}
        for one in await guides.newest_guides(db)
        if one.id != guide.id
    ]
    change = None
    if to is not None and to != guide.id:
        change = await moving.compare(db, actor, cohort.id, to)
    target = await db.get(Guide, to) if change else None
    view = MoveView(cohort, guide, others, target, change)
    return page(request, "curricula/move.html", view, form=form)


router = Router(
    "",
    route_handlers=[
        versions_page,
        begin_version,
        curriculum_file,
        draft_file,
        cohort_guide_page,
        move_from_page,
    ],
    include_in_schema=False,
)
