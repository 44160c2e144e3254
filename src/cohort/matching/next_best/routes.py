"""Next best offers over the API, for organisers."""

from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import NotFound
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.matching.next_best import service
from cohort.matching.next_best.schemas import NextOfferOut, next_offer_out
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get("/rounds/{round_id:uuid}/next_offers", guards=[signed_in], responses=may_refuse(NotFound))
async def list_next_offers(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    round_id: FromPath[UUID],
) -> PageOut[NextOfferOut]:
    """Proposals that were made since a round was published, each after one that came to nothing."""
    return shown(await service.list_offers(db, actor, round_id, part), next_offer_out)


router = Router("", route_handlers=[list_next_offers], tags=["matching"], opt={"room": "matching"})
