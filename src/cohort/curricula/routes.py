"""Drafts of curricula over the API."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.curricula import moving, publishing, service
from cohort.curricula.curriculum_file import write_file
from cohort.curricula.models import CurriculumDraft
from cohort.curricula.schemas import (
    LONGEST_UPLOAD,
    Curriculum,
    DraftChange,
    DraftIn,
    DraftOut,
    DraftRow,
    GuideChangeOut,
    GuideMoveIn,
    GuideMoveOut,
    ProblemOut,
    VersionRow,
)
from cohort.curricula.stored import curriculum_of
from cohort.errors import NeedsIfMatch, NotFound, Stale
from cohort.guides import service as guides
from cohort.guides.schemas import GuideOut
from cohort.guides.slugs import latin_slug
from cohort.http.etag import etag
from cohort.http.headers import IfMatch
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.settings import Settings


async def _answer(db: AsyncSession, draft: CurriculumDraft) -> Response[DraftOut]:
    curriculum = service.content_of(draft)
    problems = await publishing.problems(db, draft, curriculum)
    told = DraftOut(
        **DraftRow.model_validate(draft).model_dump(),
        notes=draft.notes,
        problems=[ProblemOut.model_validate(one) for one in problems],
        curriculum=curriculum,
    )
    return Response(told, headers={"ETag": etag(draft.version)})


@post(
    "/curriculum_drafts",
    guards=[signed_in],
    request_max_body_size=LONGEST_UPLOAD,
    responses=may_refuse(service.TooManyDrafts),
)
async def begin_curriculum_draft(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    data: JSONBody[DraftIn],
) -> Response[DraftOut]:
    """Bring in a guide as Markdown, or a curriculum file; or work on a guide that is there.

    For organisers. Milestones are proposed from task lists, exercises, projects, notebooks and
    sections; nothing is published yet, and nobody else reads the draft.
    """
    anyone = settings.anyone_opens_cohorts
    draft = await service.begin(db, actor, data, open_to_anyone=anyone, now=clock())
    return await _answer(db, draft)


@get("/curriculum_drafts", guards=[signed_in], responses=may_refuse())
async def list_curriculum_drafts(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
) -> PageOut[DraftRow]:
    """Your drafts."""
    return shown(await service.list_drafts(db, actor, part), DraftRow.model_validate)


@get("/curriculum_drafts/{draft_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_curriculum_draft(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], draft_id: FromPath[UUID]
) -> Response[DraftOut]:
    """A draft of yours, with what has to be mended before it is published."""
    return await _answer(db, await service.get(db, actor, draft_id))


@patch(
    "/curriculum_drafts/{draft_id:uuid}",
    guards=[signed_in],
    request_max_body_size=LONGEST_UPLOAD,
    responses=may_refuse(NotFound, Stale, NeedsIfMatch),
)
async def change_curriculum_draft(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    *,
    draft_id: FromPath[UUID],
    data: JSONBody[DraftChange],
    if_match: IfMatch = None,
) -> Response[DraftOut]:
    """Put another curriculum in its place. It may have problems; the answer names them."""
    draft = await service.change(
        db, actor, draft_id, data.curriculum, if_match=if_match, now=clock()
    )
    return await _answer(db, draft)


@delete("/curriculum_drafts/{draft_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def remove_curriculum_draft(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], draft_id: FromPath[UUID]
) -> None:
    """Remove a draft of yours, for good; where there is none, nothing changes."""
    await service.remove(db, actor, draft_id)


@post(
    "/curriculum_drafts/{draft_id:uuid}/publication",
    guards=[signed_in],
    responses=may_refuse(NotFound, publishing.DraftNotReady, publishing.NewerGuide),
)
async def publish_curriculum_draft(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    draft_id: FromPath[UUID],
) -> GuideOut:
    """Make it a guide, or the next version of one; the draft is gone then.

    Everybody who is signed in may read it. No cohort studies it until its organisers say so.
    """
    return GuideOut.model_validate(await publishing.publish(db, actor, draft_id, now=clock()))


@get(
    "/guides/{guide_id:uuid}/curriculum",
    guards=[signed_in],
    media_type="application/toml",
    responses=may_refuse(NotFound),
)
async def read_curriculum_file(
    db: NamedDependency[AsyncSession], guide_id: FromPath[UUID]
) -> Response[bytes]:
    """The guide with its milestones and its exam as one TOML file, which a draft reads again."""
    guide = await guides.get(db, guide_id)
    return toml_file(guide.slug, await curriculum_of(db, guide))


@get("/guides/{guide_id:uuid}/versions", guards=[signed_in], responses=may_refuse(NotFound))
async def list_guide_versions(
    db: NamedDependency[AsyncSession], guide_id: FromPath[UUID]
) -> PageOut[VersionRow]:
    """All versions of the same guide, the newest first."""
    found = await moving.versions_of(db, await guides.get(db, guide_id))
    return PageOut(items=[VersionRow.model_validate(one) for one in found], next=None)


@get(
    "/cohorts/{cohort_id:uuid}/guide_change",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def read_guide_change(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    cohort_id: FromPath[UUID],
    to: Annotated[UUID, QueryParameter(description="The guide to compare with.")],
) -> GuideChangeOut:
    """What moving the cohort to another guide, or another version, would do. For its organisers."""
    return GuideChangeOut.model_validate(await moving.compare(db, actor, cohort_id, to))


@post(
    "/cohorts/{cohort_id:uuid}/guide_moves",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, moving.GuideMovedMeanwhile),
)
async def move_guide(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[GuideMoveIn],
) -> GuideMoveOut:
    """Move the cohort to another guide, or another version. For its organisers.

    Plans follow within moments: what was handed in stays, milestones of the same slug keep their
    dates, and what nobody had begun and is not in the new version leaves the plans.
    """
    moved = await moving.move(
        db, actor, cohort_id, data.from_guide_id, data.to_guide_id, now=clock()
    )
    return GuideMoveOut(cohort_id=moved.id, guide_id=moved.guide_id)


def toml_file(name: str, curriculum: Curriculum) -> Response[bytes]:
    return Response(
        write_file(curriculum).encode(),
        media_type="application/toml",
        headers={"Content-Disposition": f'attachment; filename="{latin_slug(name)}.toml"'},
    )


router = Router(
    "",
    route_handlers=[
        begin_curriculum_draft,
        list_curriculum_drafts,
        read_curriculum_draft,
        change_curriculum_draft,
        remove_curriculum_draft,
        publish_curriculum_draft,
        read_curriculum_file,
        list_guide_versions,
        read_guide_change,
        move_guide,
    ],
    tags=["curricula"],
    opt={"room": "curricula"},
)
