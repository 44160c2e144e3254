"""The rules of a cohort's matching over the API: read, try out, change; for organisers."""

from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NeedsIfMatch, NotFound, Stale
from cohort.http.etag import etag
from cohort.http.headers import IfMatch
from cohort.http.problems import may_refuse
from cohort.matching import previewing
from cohort.matching.showing import preview_out, rules_out
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.rules import service as rules
from cohort.rules.schemas import RulesIn, RulesOut, RulesPreviewOut


@get("/cohorts/{cohort_id:uuid}/rules", guards=[signed_in], responses=may_refuse(NotFound))
async def read_rules(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
) -> Response[RulesOut]:
    """The weights and requirements that the next run follows."""
    found = await rules.read(db, actor, cohort_id, now=clock())
    return Response(rules_out(found), headers={"ETag": etag(found.version)})


@post(
    "/cohorts/{cohort_id:uuid}/rules",
    guards=[signed_in],
    responses=may_refuse(NotFound, Stale, NeedsIfMatch),
)
async def change_rules(
    *,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[RulesIn],
    if_match: IfMatch = None,
) -> Response[RulesOut]:
    """Make a new version of the rules, for the runs to come; earlier runs keep theirs."""
    made = await rules.change(db, actor, cohort_id, data, if_match=if_match, now=clock())
    return Response(rules_out(made), headers={"ETag": etag(made.version)})


@post(
    "/cohorts/{cohort_id:uuid}/rules_previews",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, previewing.CannotPreview),
)
async def preview_rules(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[RulesIn],
) -> RulesPreviewOut:
    """Try rules out on those who wait now, and see who would have another mentor; nothing is
    kept.
    """
    return preview_out(await previewing.preview(db, actor, cohort_id, data, now=clock()))


router = Router(
    "",
    route_handlers=[read_rules, change_rules, preview_rules],
    tags=["matching"],
    opt={"room": "matching"},
)
