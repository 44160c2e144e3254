"""The quizzes of a draft over the API."""

from uuid import UUID

from litestar import Response, Router, get, patch
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.curricula import quiz_drafts, service
from cohort.curricula.models import CurriculumDraft
from cohort.curricula.schemas import LONGEST_UPLOAD, DraftQuizzesChange, DraftQuizzesOut
from cohort.errors import NeedsIfMatch, NotFound, Stale
from cohort.http.etag import etag
from cohort.http.headers import IfMatch
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person


async def _answer(db: AsyncSession, draft: CurriculumDraft) -> Response[DraftQuizzesOut]:
    told = DraftQuizzesOut(
        draft_id=draft.id,
        problem=await quiz_drafts.problem_of(db, draft, service.content_of(draft)),
        quizzes=await quiz_drafts.quizzes_of(db, draft),
    )
    return Response(told, headers={"ETag": etag(draft.version)})


@get(
    "/curriculum_drafts/{draft_id:uuid}/quizzes",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def read_draft_quizzes(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], draft_id: FromPath[UUID]
) -> Response[DraftQuizzesOut]:
    """All questions and quizzes of a draft of yours, with what is right.

    Until you change them they are those of the version that it follows.
    """
    return await _answer(db, await service.get(db, actor, draft_id))


@patch(
    "/curriculum_drafts/{draft_id:uuid}/quizzes",
    guards=[signed_in],
    request_max_body_size=LONGEST_UPLOAD,
    responses=may_refuse(NotFound, Stale, NeedsIfMatch),
)
async def change_draft_quizzes(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    *,
    draft_id: FromPath[UUID],
    data: JSONBody[DraftQuizzesChange],
    if_match: IfMatch = None,
) -> Response[DraftQuizzesOut]:
    """Put other questions and quizzes in their place, or those of the version before.

    Published, they are those of the new version alone: cohorts that study another one keep theirs,
    and so does whoever has begun a try. The exam's name, year, source and weights are those of the
    curriculum; with other weights mock exams are built anew.
    """
    draft = await quiz_drafts.change_quizzes(
        db, actor, draft_id, data.quizzes, if_match=if_match, now=clock()
    )
    return await _answer(db, draft)


router = Router(
    "",
    route_handlers=[read_draft_quizzes, change_draft_quizzes],
    tags=["curricula"],
    opt={"room": "curricula"},
)
