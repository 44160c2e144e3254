"""Opening a round of introductions over the API, for organisers."""

from uuid import UUID

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.problems import may_refuse
from cohort.matching import service
from cohort.matching.introducing import waiting
from cohort.matching.introducing.schemas import IntroductionsIn
from cohort.matching.schemas import RoundOut
from cohort.matching.showing import round_out
from cohort.people.auth import signed_in
from cohort.people.models import Person


@post(
    "/cohorts/{cohort_id:uuid}/introduction_rounds",
    guards=[signed_in],
    responses=may_refuse(NotFound, service.CohortNotMatched, service.RoundIsOpen),
)
async def open_introductions(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[IntroductionsIn],
) -> RoundOut:
    """Let each researcher meet some mentors before anybody decides. The worker finds who meets
    whom; to publish the round introduces them by mail.
    """
    opened = await service.open_introductions(db, actor, cohort_id, data, now=clock())
    return round_out(opened, await service.newest_run(db, opened.id))


@post(
    "/rounds/{round_id:uuid}/withdrawal",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, waiting.NotSetAside),
)
async def set_round_aside(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    round_id: FromPath[UUID],
) -> RoundOut:
    """Give up a round that is not published; nobody is told, as nobody knew of it. While a round of
    introductions waits, no other opens, the weekly one included.
    """
    round_ = await waiting.set_aside(db, actor, round_id, now=clock())
    return round_out(round_, await service.newest_run(db, round_id))


router = Router(
    "",
    route_handlers=[open_introductions, set_round_aside],
    tags=["matching"],
    opt={"room": "matching"},
)
