"""Drafts of evidence over the API."""

from uuid import UUID

from litestar import Response, Router, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NeedsIfMatch, NotFound, Stale
from cohort.http.etag import etag
from cohort.http.headers import IfMatch
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.study.drafts import service
from cohort.study.drafts.models import EvidenceDraft
from cohort.study.drafts.schemas import EvidenceDraftIn, EvidenceDraftOut
from cohort.study.schemas import LONGEST_EVIDENCE
from cohort.study.service import AlreadyPassed, PlanFrozen


@get("/plan_items/{item_id:uuid}/draft", guards=[signed_in], responses=may_refuse(NotFound))
async def read_draft(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], item_id: FromPath[UUID]
) -> Response[EvidenceDraftOut]:
    """What you typed for an item of your plan and did not hand in yet. Nobody else reads it."""
    return answered(await service.read(db, actor, item_id))


@put(
    "/plan_items/{item_id:uuid}/draft",
    guards=[signed_in],
    request_max_body_size=LONGEST_EVIDENCE,
    responses=may_refuse(NotFound, Stale, NeedsIfMatch, AlreadyPassed, PlanFrozen),
)
async def save_draft(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    *,
    item_id: FromPath[UUID],
    data: JSONBody[EvidenceDraftIn],
    if_match: IfMatch = None,
) -> Response[EvidenceDraftOut]:
    """Keep what you typed so far; handing in removes it. If-Match is "0" where there is none yet.

    Saved elsewhere since you read it, it is refused (412): read the other one, and choose.
    """
    return answered(await service.save(db, actor, item_id, data, if_match, now=clock()))


@delete("/plan_items/{item_id:uuid}/draft", guards=[signed_in], responses=may_refuse(NotFound))
async def drop_draft(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], item_id: FromPath[UUID]
) -> None:
    """Forget your draft."""
    await service.drop(db, actor, item_id)


def answered(draft: EvidenceDraft) -> Response[EvidenceDraftOut]:
    return Response(EvidenceDraftOut.model_validate(draft), headers={"ETag": etag(draft.version)})


router = Router(
    "",
    route_handlers=[read_draft, save_draft, drop_draft],
    tags=["study"],
    opt={"room": "study"},
)
