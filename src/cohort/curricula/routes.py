"""Drafts of curricula over the API."""

from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.curricula import service
from cohort.curricula.models import CurriculumDraft
from cohort.curricula.schemas import (
    LONGEST_UPLOAD,
    DraftChange,
    DraftIn,
    DraftOut,
    DraftRow,
    ProblemOut,
)
from cohort.errors import NeedsIfMatch, NotFound, Stale
from cohort.http.etag import etag
from cohort.http.headers import IfMatch
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.settings import Settings


async def _answer(db: AsyncSession, draft: CurriculumDraft) -> Response[DraftOut]:
    curriculum = service.content_of(draft)
    problems = await service.problems(db, curriculum)
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


@delete("/curriculum_drafts/{draft_id:uuid}", guards=[signed_in], responses=may_refuse())
async def remove_curriculum_draft(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], draft_id: FromPath[UUID]
) -> None:
    """Remove a draft of yours, for good; where there is none, nothing changes."""
    await service.remove(db, actor, draft_id)


router = Router(
    "",
    route_handlers=[
        begin_curriculum_draft,
        list_curriculum_drafts,
        read_curriculum_draft,
        change_curriculum_draft,
        remove_curriculum_draft,
    ],
    tags=["curricula"],
    opt={"room": "curricula"},
)
