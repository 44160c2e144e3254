"""Guides, milestones and taxonomies over the API."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import NotFound
from cohort.guides import service
from cohort.guides.models import TermKind
from cohort.guides.schemas import GuideOut, MilestoneOut, SectionOut, TermOut
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.people.auth import public, signed_in


@get("/guides", guards=[signed_in], responses=may_refuse())
async def list_guides(
    db: NamedDependency[AsyncSession], part: NamedDependency[Slice]
) -> PageOut[GuideOut]:
    """The guides that cohorts study."""
    return shown(await service.list_guides(db, part), GuideOut.model_validate)


@get("/guides/{guide_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_guide(db: NamedDependency[AsyncSession], guide_id: FromPath[UUID]) -> GuideOut:
    """One guide."""
    return GuideOut.model_validate(await service.get(db, guide_id))


@get("/guides/{guide_id:uuid}/sections", guards=[signed_in], responses=may_refuse(NotFound))
async def list_sections(
    db: NamedDependency[AsyncSession], part: NamedDependency[Slice], guide_id: FromPath[UUID]
) -> PageOut[SectionOut]:
    """The guide's sections in reading order, each after its parent."""
    return shown(await service.list_sections(db, guide_id, part), SectionOut.model_validate)


@get("/guides/{guide_id:uuid}/milestones", guards=[signed_in], responses=may_refuse(NotFound))
async def list_milestones(
    db: NamedDependency[AsyncSession],
    part: NamedDependency[Slice],
    guide_id: FromPath[UUID],
    section_id: Annotated[
        UUID | None, QueryParameter(description="Only those of this section.")
    ] = None,
) -> PageOut[MilestoneOut]:
    """The guide's milestones, each after those that it requires."""
    page = await service.list_milestones(db, guide_id, part, section_id=section_id)
    return shown(page, MilestoneOut.model_validate)


@get("/taxonomies/{kind:str}", guards=[public], responses=may_refuse(NotFound))
async def list_terms(
    db: NamedDependency[AsyncSession], part: NamedDependency[Slice], kind: FromPath[str]
) -> Response[PageOut[TermOut]]:
    """The words that profiles choose from: `domain`, `role`, `context` or `skill`."""
    if kind not in set(TermKind):
        raise NotFound("There are four taxonomies: domain, role, context and skill.")
    page = shown(await service.list_terms(db, TermKind(kind), part), TermOut.model_validate)
    return Response(page, headers={"Cache-Control": "public, max-age=300"})


router = Router(
    "",
    route_handlers=[list_guides, read_guide, list_sections, list_milestones, list_terms],
    tags=["guides"],
    opt={"room": "guides"},
)
