"""The verdict on a proposal over the API, for the two and their organisers."""

from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import NotFound
from cohort.http.problems import may_refuse
from cohort.matching.verdicts.schemas import VerdictOut, verdict_out
from cohort.matching.verdicts.service import verdict_on
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get("/proposals/{proposal_id:uuid}/verdict", guards=[signed_in], responses=may_refuse(NotFound))
async def read_verdict(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], proposal_id: FromPath[UUID]
) -> VerdictOut:
    """How this proposal was found, and whether anything was better. The evidence itself is for
    organisers, as it holds what both sides wish; its seal is here, so that the two can compare.
    """
    return verdict_out(await verdict_on(db, actor, proposal_id))


router = Router("", route_handlers=[read_verdict], tags=["matching"], opt={"room": "matching"})
