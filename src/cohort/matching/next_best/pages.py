"""What was offered since a round was published, in a browser."""

from dataclasses import dataclass
from uuid import UUID

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.http.pages import Asked, page
from cohort.http.paging import Page, Slice
from cohort.matching.models import NextOffer, Round
from cohort.matching.next_best import service
from cohort.matching.service import get_round
from cohort.people.auth import signed_in
from cohort.people.models import Person


@dataclass(frozen=True, slots=True)
class NextOffersView:
    """Next best offers, with the round by whose rules they were made."""

    round: Round
    offers: Page[NextOffer]
    most: int


@get("/rounds/{round_id:uuid}/next_offers", guards=[signed_in])
async def next_offers_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    round_id: FromPath[UUID],
) -> Response[str]:
    found = await get_round(db, actor, round_id)
    offers = await service.list_offers(db, actor, round_id, part)
    view = NextOffersView(found, offers, service.MOST_IN_A_ROUND)
    return page(request, "matching/next_offers.html", view)


router = Router("", route_handlers=[next_offers_page], include_in_schema=False)
