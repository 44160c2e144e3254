"""Reading a guide in a browser."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.guides import service
from cohort.guides.models import Milestone, Section, TermKind
from cohort.http.pages import Asked, page
from cohort.http.paging import Slice
from cohort.http.prose import prepare
from cohort.people.auth import signed_in


@get("/guides/{slug:str}", guards=[signed_in])
async def guide_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    part: NamedDependency[Slice],
    slug: FromPath[str],
) -> Response[str]:
    guide = await service.get_by_slug(db, slug)
    sections = await service.list_sections(db, guide.id, part)
    milestones: dict[UUID, list[Milestone]] = defaultdict(list)
    for one in await service.milestones_of(db, [section.id for section in sections.items]):
        milestones[one.section_id].append(one)
    await prepare((one.body for one in sections.items), with_html=True, base=guide.base_address)
    await prepare(
        text for found in milestones.values() for one in found for text in (one.task, one.evidence)
    )
    skills = (await service.terms_of(db, TermKind.SKILL))[TermKind.SKILL]
    return page(
        request,
        "guides/guide.html",
        guide=guide,
        sections=list(zip(sections.items, depths(sections.items), strict=True)),
        milestones=milestones,
        skills={term.slug: term.title for term in skills},
        titles={one.slug: one.title for found in milestones.values() for one in found},
        next=sections.next,
        first=part.cursor,
    )


def depths(sections: Iterable[Section]) -> list[int]:
    """How deep each lies below those on the page; headings may skip levels, these do not."""
    depth: dict[UUID, int] = {}
    for section in sections:
        above = depth.get(section.parent_id, -1) if section.parent_id else -1
        depth[section.id] = above + 1
    return list(depth.values())


router = Router("", route_handlers=[guide_page], include_in_schema=False)
