"""The rules of a cohort's matching over the API: read and change; for organisers."""

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
from cohort.pairing.rules import Rules
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.rules import service
from cohort.rules.models import RulesVersion
from cohort.rules.schemas import RulesOut


def rules_out(rules: RulesVersion) -> RulesOut:
    """What an older version does not say has its default."""
    return RulesOut(
        version=rules.version,
        **rules.content.model_dump(),
        created_at=rules.created_at,
        created_by=rules.created_by,
    )


@get("/cohorts/{cohort_id:uuid}/rules", guards=[signed_in], responses=may_refuse(NotFound))
async def read_rules(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
) -> Response[RulesOut]:
    """The weights and requirements that the next run follows."""
    found = await service.read(db, actor, cohort_id, now=clock())
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
    data: JSONBody[Rules],
    if_match: IfMatch = None,
) -> Response[RulesOut]:
    """Make a new version of the rules, for the runs to come; earlier runs keep theirs.

    Send them whole: what is left out gets its default, not what it was before.
    """
    made = await service.change(db, actor, cohort_id, data, if_match=if_match, now=clock())
    return Response(rules_out(made), headers={"ETag": etag(made.version)})


router = Router(
    "",
    route_handlers=[read_rules, change_rules],
    tags=["rules"],
    opt={"room": "matching"},  # the scope of API keys that may change the matching
)
